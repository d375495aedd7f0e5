"""How fast open consoles show what is stored is measured on a real gateway process with real pages."""

from bench.console import Screens, console_targets, measure_console


async def test_every_message_is_seen_on_every_console() -> None:
    """Nothing is left out: each has a time on each list and on the pages of its conversation, and a target."""
    said: list[str] = []
    sizes = Screens(consoles=6, operators=2, conversations=3, seconds=1, per_second=8)
    found = await measure_console(sizes, said.append)
    assert (found.messages, found.unseen) == (8, 0)
    assert 0 < found.on_every_list.p50 <= found.on_every_list.max
    assert found.in_the_conversation.max > 0
    assert found.paintings["historico"] > 0
    assert found.cpu_ms["gateway"] > 0
    assert [target.measured for target in console_targets(found)][-1] == 0
    assert said
