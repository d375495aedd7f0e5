"""Orders that take more than one message: what they lack, which is meant, the yes, the no, and what was refused."""

import pytest

from dev.practice_model import owner_wording as wording
from dev.practice_model.wording import NO_AI

from .conftest import AURORA_TOOLS, MANAGING_PROMPT, Json, Talk, with_orders

ASKED = "Certo!\n\nConfirme, por favor:\n💰 Banho: de R$ 50,00 para R$ 60,00\n\nPosso fazer?"
PRICE = "1a2b3c4d: 💰 Banho: de R$ 50,00 para R$ 60,00"
TEN: Json = {
    "code": "aaaa1111", "date": "2026-11-23", "weekday": "segunda-feira", "time": "10:00", "customer": "Marina",
    "pet": "Rex", "service": "Banho", "professional": "Ana", "status": "agendado",
}  # fmt: skip
THREE: Json = {**TEN, "code": "bbbb2222", "time": "15:00", "customer": "Joana", "professional": "Bruno"}
FRIDAY: Json = {**TEN, "code": "cccc3333", "date": "2026-11-27", "service": "Vacinação"}


@pytest.fixture
def owner(owner: Talk) -> Talk:
    """An owner who may order everything; every order is proposed."""
    owner.tools, owner.prompt = sorted(AURORA_TOOLS), MANAGING_PROMPT
    for tool in AURORA_TOOLS:
        owner.executors[tool] = lambda _: {"ok": True, "proposed": "resumo", "order": "1a2b3c4d"}
    return owner


def asked(owner: Talk, *orders: str, said: str = ASKED) -> None:
    """The engine put these orders to the owner last."""
    owner.history += [{"role": "user", "content": "Muda o banho para 60 reais"}, {"role": "assistant", "content": said}]
    owner.prompt = with_orders(*orders)


def finds(owner: Talk, *found: Json) -> None:
    """These bookings are found, whatever is looked for."""
    owner.executors["find_appointments"] = lambda _: {"ok": True, "appointments": [*found], "total": len(found)}


async def test_an_order_is_proposed_and_never_said_to_be_done(owner: Talk) -> None:
    """Of what was only proposed nothing is told but that it was heard."""
    assert (await owner.say("Muda o banho para 60 reais")).startswith(wording.PROPOSED)
    assert owner.used == [("change_price", {"service": "Banho", "price": "60"})]


@pytest.mark.parametrize(
    "text", ["Sim", "pode", "pode fazer", "manda ver", "ok, pode mudar", "👍", "confirmo", "faz isso"]
)
async def test_a_yes_confirms_what_waits(owner: Talk, text: str) -> None:
    """By the code of the prompt; it is done when the tool says so."""
    asked(owner, PRICE)
    owner.executors["confirm_order"] = lambda _: {"ok": True, "done": "Banho agora custa R$ 60,00."}
    assert await owner.say(text) == wording.DONE
    assert owner.used == [("confirm_order", {"order": "1a2b3c4d"})]


async def test_a_yes_confirms_all_that_waits(owner: Talk) -> None:
    """Several orders of one message, one yes."""
    asked(owner, PRICE, "5e6f7a8b: 🔒 A loja fecha amanhã")
    owner.executors["confirm_order"] = lambda _: {"ok": True, "done": "feito"}
    await owner.say("pode fazer tudo")
    assert [arguments["order"] for _, arguments in owner.used] == ["1a2b3c4d", "5e6f7a8b"]


async def test_what_the_engine_asks_again_was_not_done(owner: Talk) -> None:
    """A confirmation that ends in a proposal is not called done."""
    asked(owner, PRICE)
    owner.executors["confirm_order"] = lambda _: {"ok": True, "proposed": "resumo", "order": "1a2b3c4d"}
    assert await owner.say("sim") == wording.ASKED_AGAIN
    assert await owner.say("manda ver") == wording.NOT_AGREED


async def test_what_was_done_is_not_in_the_next_rounds_prompt(owner: Talk) -> None:
    """The prompt of the round after the deed lists the order no more; she still knows that she did it."""
    asked(owner, PRICE)

    def do(_: Json) -> Json:
        owner.prompt = MANAGING_PROMPT
        return {"ok": True, "done": "Banho agora custa R$ 60,00."}

    owner.executors["confirm_order"] = do
    assert await owner.say("pode") == wording.DONE


async def test_what_is_asked_again_under_another_code_is_not_confirmed_in_the_same_turn(owner: Talk) -> None:
    """A new question wants a new yes, whatever the prompt lists by then."""
    asked(owner, PRICE)

    def ask_again(_: Json) -> Json:
        owner.prompt = with_orders("5e6f7a8b: 💰 Banho: de R$ 55,00 para R$ 60,00")
        return {"ok": True, "proposed": "resumo", "order": "5e6f7a8b"}

    owner.executors["confirm_order"] = ask_again
    assert await owner.say("pode") == wording.ASKED_AGAIN
    assert owner.used == [("confirm_order", {"order": "1a2b3c4d"})]


async def test_a_no_leaves_it(owner: Talk) -> None:
    """Nothing is called."""
    asked(owner, PRICE)
    assert await owner.say("não") == wording.LEFT_UNDONE
    assert owner.used == []


async def test_a_yes_with_a_but_is_a_new_order(owner: Talk) -> None:
    """The first is not carried out; without a new wish she asks."""
    asked(owner, PRICE)
    await owner.say("sim, mas para 65")
    assert owner.used == [("change_price", {"service": "Banho", "price": "65"})]


async def test_a_yes_with_a_but_that_says_nothing_new(owner: Talk) -> None:
    """Nothing is done, and she asks how it is to be."""
    owner.history.append({"role": "assistant", "content": ASKED})
    owner.prompt = with_orders(PRICE)
    assert await owner.say("sim, mas só depois do feriado") == wording.NOTHING_DONE
    assert owner.used == []


async def test_what_an_order_lacks_comes_with_the_next_message(owner: Talk) -> None:
    """The answer is read with the order it completes."""
    assert wording.WHICH_PRICE in await owner.say("muda o preço do banho")
    await owner.say("60 reais")
    assert owner.used == [("change_price", {"service": "Banho", "price": "60"})]
    assert wording.WHICH_DAY in await owner.say("fecha a agenda das 14h às 16h")
    await owner.say("sexta")
    assert owner.used[1:] == [("block_time", {"day": "2026-11-27", "from": "14:00", "to": "16:00"})]


async def test_the_one_booking_that_is_found_is_cancelled(owner: Talk) -> None:
    """Looked up first, then proposed by its code."""
    finds(owner, TEN)
    assert await owner.say("Cancela o banho do Rex de amanhã porque a água acabou") == f"{wording.PROPOSED}\n\n{NO_AI}"
    assert owner.rounds == [
        [("find_appointments", {"pet": "Rex", "day": "2026-11-23"})],
        [("cancel_appointment", {"booking": "aaaa1111", "reason": "a água acabou"})],
    ]


async def test_a_name_that_is_no_pet_is_a_customer(owner: Talk) -> None:
    """Looked up once more before she says that there is none."""
    owner.executors["find_appointments"] = lambda asked: {
        "ok": True, "appointments": [TEN] if "customer" in asked else [], "total": 0,
    }  # fmt: skip
    await owner.say("cancela a Marina")
    assert owner.tool_names == ["find_appointments", "find_appointments", "cancel_appointment"]


async def test_nothing_found_is_said(owner: Talk) -> None:
    """In the refusal's words, where there is one; nothing is proposed."""
    finds(owner)
    assert "Não encontrei nenhum" in await owner.say("cancela o banho do Totó")
    assert set(owner.tool_names) == {"find_appointments"}


@pytest.mark.parametrize(
    ("answer", "code"),
    [("o das 15h", "bbbb2222"), ("o da Marina", "aaaa1111"), ("o segundo", "bbbb2222"), ("o do Bruno", "bbbb2222")],
)
async def test_of_several_the_owner_says_which(owner: Talk, answer: str, code: str) -> None:
    """By time, customer, place or professional."""
    finds(owner, TEN, THREE)
    said = await owner.say("cancela o banho do Rex de amanhã")
    assert "- amanhã, 10:00: Banho, Rex de Marina, com Ana\n- amanhã, 15:00" in said
    assert wording.WHICH_ONE in said
    await owner.say(answer)
    assert owner.used[-1] == ("cancel_appointment", {"booking": code})


async def test_a_service_tells_which(owner: Talk) -> None:
    """Of a bath and a vaccine "a vacina" is one."""
    finds(owner, TEN, FRIDAY)
    await owner.say("cancela a vacina do Rex")
    assert owner.used[-1] == ("cancel_appointment", {"booking": "cccc3333"})


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("remarca o Rex de amanhã para sexta às 15h", {"date": "2026-11-27", "time": "15:00"}),
        ("passa o banho do Rex para as 16h", {"date": "2026-11-23", "time": "16:00"}),
        ("muda o banho do Rex das 10h para sábado", {"date": "2026-11-28", "time": "10:00"}),
        (
            "passa o Rex para amanhã às 11h com o Bruno",
            {"date": "2026-11-23", "time": "11:00", "professional": "Bruno"},
        ),
    ],
)
async def test_a_booking_is_moved(owner: Talk, text: str, moved: Json) -> None:
    """What is not said of the new time stays as it is."""
    finds(owner, TEN)
    await owner.say(text)
    assert owner.used[-1] == ("move_appointment", {"booking": "aaaa1111", **moved})


async def test_which_of_several_to_move_is_not_taken_for_the_new_time(owner: Talk) -> None:
    """ "O das 15h" names the booking; it goes where the order said."""
    finds(owner, TEN, THREE)
    await owner.say("remarca o Rex para sexta às 9h")
    await owner.say("o das 15h")
    assert owner.used[-1] == (
        "move_appointment", {"booking": "bbbb2222", "date": "2026-11-27", "time": "09:00"},
    )  # fmt: skip


async def test_a_name_that_fits_several_is_asked_for_and_taken_up(owner: Talk) -> None:
    """The tool's candidates are shown, and the answer takes the name's place."""
    owner.executors["send_message"] = lambda asked: (
        {"ok": True, "proposed": "resumo", "order": "1a2b3c4d"}
        if asked["customer"] == "Ana Lima"
        else {
            "ok": False,
            "error": "ambiguous_customer",
            "message": "Mais de um cliente.",
            "candidates": ["Ana Lima", "Ana Sá"],
        }
    )
    said = await owner.say("manda uma mensagem para a Ana: o Rex está pronto")
    assert "- Ana Lima\n- Ana Sá" in said
    await owner.say("a Ana Lima")
    assert owner.used[-1] == ("send_message", {"customer": "Ana Lima", "text": "O Rex está pronto"})


async def test_a_refusal_is_told_in_its_own_words(owner: Talk) -> None:
    """What a manager may not is said, and nothing is claimed."""
    owner.executors["change_price"] = lambda _: {
        "ok": False, "error": "not_allowed", "message": "Só o dono ou a dona da loja pode pedir isso.",
    }  # fmt: skip
    assert "Só o dono ou a dona" in await owner.say("Muda o banho para 60 reais")
    assert len(owner.used) == 1


async def test_pode_mandar_answers_a_suggestion(owner: Talk) -> None:
    """After a suggestion it is the order to invite; the question under a summary it answers with a yes."""
    owner.history.append({"role": "assistant", "content": 'Sugestão: convidar 3 clientes. É só dizer "pode mandar".'})
    assert await owner.say("pode mandar") == wording.PROPOSED
    assert owner.used == [("fill_agenda", {})]


async def test_pode_mandar_confirms_what_a_suggestion_has_proposed(owner: Talk) -> None:
    """Where the suggestion is an order already, nothing is proposed anew."""
    asked(owner, "5e6f7a8b: 📣 Convidar 3 clientes", said='Sugestão. É só dizer "pode mandar".')
    await owner.say("Pode mandar!")
    assert owner.used == [("confirm_order", {"order": "5e6f7a8b"})]


async def test_a_question_goes_on_from_the_one_before(owner: Talk) -> None:
    """ "E ontem?" is about the same figure."""
    owner.executors["revenue_report"] = lambda _: {"ok": True, "period": "today", "done": {"amount": "R$ 1,00"}}
    await owner.say("Quanto faturei hoje?")
    await owner.say("e ontem?")
    assert owner.used[-1] == ("revenue_report", {"period": "yesterday"})


@pytest.mark.parametrize(
    ("first", "then", "used"),
    [
        ("muda o horário aos sábados", "Muda o banho para 60 reais", "change_price"),
        ("muda o horário aos sábados", "quanto faturei ontem?", "revenue_report"),
        ("muda o horário aos sábados", "sábado, fecha às 13h", "change_opening_hours"),
        ("avisa todos os clientes que fechamos amanhã", "Fecha a agenda dia 24/12", "block_time"),
        ("avisa todos os clientes que fechamos amanhã", "para a Marina: fechamos amanhã", "send_message"),
        ("manda uma mensagem para a Marina", "amanhã não abrimos", "send_message"),
        ("manda uma mensagem para a Marina", "Cancela o banho do Rex de amanhã", "find_appointments"),
        ("fecha a agenda", "pausa a assistente", "pause_client_ai"),
    ],
)
async def test_a_new_order_leaves_what_was_asked_back(owner: Talk, first: str, then: str, used: str) -> None:
    """What completes the order completes it; an order or question of its own is done instead."""
    assert wording.asks_more(await owner.say(first))
    await owner.say(then)
    assert owner.tool_names[0] == used


@pytest.mark.parametrize("text", ["deixa pra lá", "esquece", "não", "Não, deixa pra lá"])
@pytest.mark.parametrize("first", ["muda o horário aos sábados", "avisa todos os clientes que fechamos"])
async def test_what_was_asked_back_may_be_left(owner: Talk, first: str, text: str) -> None:
    """Nothing is done, and the next message is read alone."""
    await owner.say(first)
    assert await owner.say(text) == wording.LEFT_UNDONE
    assert not wording.asks_more(await owner.say("obrigada"))
    assert owner.used == []


async def test_nothing_is_asked_back_for_ever(owner: Talk) -> None:
    """What says nothing to it twice ends it."""
    await owner.say("muda o horário aos sábados")
    assert wording.WHICH_WEEKDAY in await owner.say("sim")
    assert wording.WHICH_WEEKDAY not in await owner.say("sim")


CARD = "aaaa1111: Um cliente perguntou: «vocês aceitam cartão?»"
STAYS = "bbbb2222: Um cliente perguntou: «vocês hospedam gatos?»"


def waiting(*lines: str, answered: str = "") -> str:
    """The prompt with questions of customers."""
    blocks = {"esperando resposta": lines, "já respondidas": (answered,) if answered else ()}
    texts = (
        "".join((f"\n## Perguntas de clientes {name}\n", *(f"- {one}\n" for one in blocks[name]))) for name in blocks
    )
    return MANAGING_PROMPT + "".join(texts)


@pytest.mark.parametrize(
    ("lines", "text", "code"),
    [
        ((CARD,), "Aceitamos cartão sim", "aaaa1111"),
        ((STAYS,), "hospedamos sim", "bbbb2222"),
        ((STAYS,), "Atendemos sim", "bbbb2222"),
        ((CARD, STAYS), "hospedamos sim", "bbbb2222"),
    ],
)
async def test_a_statement_answers_the_question_that_waits(
    owner: Talk, lines: tuple[str, ...], text: str, code: str
) -> None:
    """Whatever was said last; once it is recorded, the same words answer no other question."""
    owner.history.append({"role": "assistant", "content": "Prontinho! ✅ Feito: «vocês dão banho?»"})
    owner.prompt = waiting(*lines, answered="cccc3333: Um cliente perguntou: «vocês dão banho?»")

    def record(_: Json) -> Json:
        left = [line for line in (CARD, STAYS) if not line.startswith(code)]
        owner.prompt = waiting(*left, "dddd4444: Um cliente perguntou: «abrem domingo?»")
        return {"ok": True, "done": "guardei"}

    owner.executors["answer_customer"] = record
    assert await owner.say(text) == wording.DONE
    assert owner.used == [("answer_customer", {"question": code, "answer": text})]


@pytest.mark.parametrize("text", ["bom dia", "obrigada", "deixa pra lá", "qual a capital da França"])
async def test_not_every_word_is_an_answer(owner: Talk, text: str) -> None:
    """Courtesies and questions reach no customer."""
    owner.prompt = waiting(CARD)
    await owner.say(text)
    assert owner.used == []


async def test_the_question_that_is_named_gets_the_answer_given_before(owner: Talk) -> None:
    """ "A do cartão" is no answer for a customer."""
    owner.prompt = waiting(CARD, STAYS)
    assert "Qual pergunta" in await owner.say("Só no pix por enquanto")
    await owner.say("a do cartão")
    assert owner.used == [("answer_customer", {"question": "aaaa1111", "answer": "Só no pix por enquanto"})]
