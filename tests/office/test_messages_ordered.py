"""The owner's own words to one customer: sent by a yes, as they are, to whoever can be reached."""

from datetime import UTC, datetime

from office.messages import LONGEST
from storage import contacts
from tests.office.conftest import OwnersChat
from tests.office.neighbours import logged, neighbour, rows, summary

_LETTERS = "select contact_id, purpose, content, status from letters order by created_at"


async def test_a_message_is_shown_and_then_sent(owner: OwnersChat) -> None:
    """The summary shows it as it will arrive, with the shop's name; it cannot be undone; the log knows no phone."""
    lia = await neighbour(owner, "Lia")
    text = "O Rex está pronto!\nLigue 11 98765-4321"
    asked = await summary(owner, "send_message", customer="Lia", text=text)
    assert f"Recado da loja Pet Shop Amigo Fiel:\n\n{text}" in asked
    assert await rows(owner, _LETTERS) == []
    await owner.order("send_message", customer="Lia", text=text)
    assert await rows(owner, _LETTERS) == [
        (lia.customer.contact_id, "message", f"Recado da loja Pet Shop Amigo Fiel:\n\n{text}", "waiting")
    ]
    assert (await owner.use("undo_order"))["error"] == "order_not_found"
    (entry,) = await logged(owner)
    assert (entry.action, entry.subject) == ("send_message", "Lia, final 01 (Rex)")
    assert "98765" not in str(entry)


async def test_the_same_words_again_are_pointed_out(owner: OwnersChat) -> None:
    """Within ten minutes the owner is told that it was sent before; another text, or customer, is no repetition."""
    owner.now = datetime.now(UTC)
    await neighbour(owner, "Lia")
    await neighbour(owner, "Rui", "Bob", number=2)
    await owner.order("send_message", customer="Lia", text="Está pronto!")
    owner.now = datetime.now(UTC)
    assert "já foi enviada às" in await summary(owner, "send_message", customer="Lia", text="Está pronto!")
    assert "já foi enviada" not in await summary(owner, "send_message", customer="Lia", text="Pode vir!")
    assert "já foi enviada" not in await summary(owner, "send_message", customer="Rui", text="Está pronto!")


async def test_who_cannot_be_reached_is_refused(owner: OwnersChat) -> None:
    """Who never wrote has no conversation to write into."""
    await neighbour(owner, "Lia", writes=False)
    answer = await owner.use("send_message", customer="Lia", text="Oi")
    assert answer["error"] == "customer_unreachable"


async def test_who_wants_no_invitations_is_pointed_out(owner: OwnersChat) -> None:
    """A message of the owner's is not stopped by it, but they are told."""
    lia = await neighbour(owner, "Lia")
    async with owner.turn() as turn:
        await contacts.set_opted_out(turn.tenant, lia.customer.contact_id, True)
    assert "não receber convites" in await summary(owner, "send_message", customer="Lia", text="Oi")


async def test_a_message_of_nothing_or_without_end_is_refused(owner: OwnersChat) -> None:
    """Nothing but spaces, or more than a message holds."""
    await neighbour(owner, "Lia")
    for text in ("", " \u200b\n ", "a" * (LONGEST + 1)):
        assert (await owner.use("send_message", customer="Lia", text=text))["error"] == "bad_arguments"
