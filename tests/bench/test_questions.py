"""What the owner's questions cost is measured on a real shop, which has everything that is asked about."""

from bench.big_shop import Amounts
from bench.figures import question_targets
from bench.questions import measure_questions


async def test_every_question_is_measured() -> None:
    """Each figure of each period took some time, and the worst of each is held against its target."""
    said: list[str] = []
    found = await measure_questions(Amounts(bookings=3_000, customers=100, messages=500, answers=500), said.append)
    assert {one.period for one in found.questions} > {"today", "last year", "all years", "now"}
    assert all(0 <= one.p50 <= one.p95 for one in found.questions)
    assert {target.title.partition(",")[0] for target in question_targets(found)} == {
        one.figure for one in found.questions
    }
    assert found.rolled_up > 0
    assert said
