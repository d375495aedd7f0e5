"""What a process does about the memory it keeps."""

import asyncio
import gc
import weakref

import process


class _Knot:
    """Holds itself."""

    def __init__(self) -> None:
        self.me = self


async def test_what_nobody_holds_is_given_back() -> None:
    """A cycle that Python would leave for later is gone after the next look."""
    gc.disable()
    tidying = asyncio.create_task(process.tidy(every=0.01))
    try:
        await asyncio.sleep(0)  # it begins: what was there before stays out of its sight
        knot = weakref.ref(_Knot())
        assert knot() is not None
        async with asyncio.timeout(5):
            while knot() is not None:
                await asyncio.sleep(0.01)
    finally:
        tidying.cancel()
        gc.unfreeze()
        gc.enable()
