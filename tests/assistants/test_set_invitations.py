"""set_invitations: the customer's wish in other words, as the model understood it."""

from storage import contacts
from tests.assistants.conftest import Counter


async def test_a_wish_in_other_words_is_kept(counter: Counter) -> None:
    """No more of them, said twice, is kept once; and they come again when the customer wants them."""
    states = []
    for wanted in (False, False, True):
        assert (await counter.use("set_invitations", wanted=wanted))["ok"]
        async with counter.turn() as turn:
            states.append(await contacts.has_opted_out(turn.tenant, counter.customer.contact_id))
    assert states == [True, True, False]


async def test_the_model_cannot_choose_whose_wish_it_is(counter: Counter) -> None:
    """An id of somebody else is no argument of the tool."""
    answer = await counter.use("set_invitations", wanted=False, contact_id=str(counter.customer.contact_id))
    assert answer["error"] == "bad_arguments"
