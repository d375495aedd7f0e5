"""A customer's plain word on invitations is heeded at once, by code, whoever has the conversation."""

from domain.replies import OPTED_IN, OPTED_OUT
from tests.engine import Engine
from tests.shops import OWNER


async def _wants_none(engine: Engine) -> bool:
    (row,) = await engine.rows("select opted_out_at is not null wants_none from contacts")
    return bool(row["wants_none"])


async def test_sair_ends_the_invitations_and_voltar_brings_them_back(engine: Engine) -> None:
    """The answer is a fixed text, the model is not asked, and the row says what was wanted last."""
    await engine.says("SAIR")
    assert await engine.replies(1) == [OPTED_OUT]
    assert await _wants_none(engine)
    await engine.says("voltar")
    assert await engine.replies(2) == [OPTED_OUT, OPTED_IN]
    assert not await _wants_none(engine)
    assert engine.model.calls.count == 0
    assert {row["sender"] for row in await engine.rows("select sender from messages where from_me")} == {"system"}


async def test_a_redelivered_sair_does_not_undo_a_voltar(engine: Engine) -> None:
    """The provider delivers the first message again: it was answered, and means nothing any more."""
    await engine.says("SAIR", message_id="FIRST")
    await engine.replies(1)
    await engine.says("VOLTAR")
    await engine.replies(2)
    await engine.says("SAIR", message_id="FIRST")
    await engine.says("oi")
    await engine.replies(3)
    assert not await _wants_none(engine)


async def test_sair_inside_a_sentence_is_a_message_like_any_other(engine: Engine) -> None:
    """ "Vou sair às 10h" goes to the model, and no invitation is lost by it."""
    await engine.says("vou sair às 10h, dá tempo?")
    (reply,) = await engine.replies(1)
    assert reply != OPTED_OUT
    assert engine.model.calls.count > 0
    assert not await _wants_none(engine)


async def test_it_is_heeded_while_a_person_has_the_conversation(engine: Engine) -> None:
    """The assistant is silent then, but the wish counts."""
    await engine.says("oi")
    await engine.replies(1)
    await engine.rows("update conversations set status = 'waiting_human', handoff_since = now() returning 1")
    await engine.says("sair")
    await engine.until(lambda: _wants_none(engine))
    assert OPTED_OUT not in [sent.text for sent in engine.bridge.record.sent]


async def test_an_owner_who_writes_parar_speaks_to_aurora(engine: Engine) -> None:
    """What stops a customer's invitations is an order like any other from the owner."""
    await engine.says("parar", phone=OWNER)
    (reply,) = await engine.replies(1)
    assert reply != OPTED_OUT
    assert not await _wants_none(engine)
