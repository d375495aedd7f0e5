"""Questions that are one, answers that are the owner's, and good words that say no more than they do."""

import pytest

from domain.memory import LONGEST_MEMORY, as_memory
from domain.replies import FINDING_OUT, question_to_owner, with_finding_out
from domain.same_question import nearest, same_question
from domain.shop_answers import comes_from, in_good_words, quoted


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Vocês aceitam cartão?", "vcs aceita cartao"),
        ("Tem estacionamento?", "aí tem estacionamento na loja?"),
        ("vocês atendem coelhos?", "A loja atende coelho?"),
        ("Tem estacionamento?", "tem estacionameto?"),
        ("Aceitam cartões?", "aceita cartão"),
    ],
)
def test_the_same_question_in_other_words(one: str, other: str) -> None:
    """Small words, endings and slips of the pen make no other question."""
    assert same_question(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("vocês atendem coelhos?", "vocês vendem coelhos?"),
        ("aceitam cartão?", "não aceitam cartão?"),
        ("aceitam cartão?", "aceitam cartão no domingo?"),
        ("parcelam em 2 vezes?", "parcelam em 3 vezes?"),
        ("tem banheira?", "tem bandeira?"),
        ("atendem gato?", "atendem rato?"),
        ("oi, tudo bem?", "bom dia"),
    ],
)
def test_questions_that_only_look_alike(one: str, other: str) -> None:
    """In doubt the shop is asked twice: an answer to another question is worse."""
    assert not same_question(one, other)


def test_the_nearest_answers_come_first() -> None:
    """What shares words with what the customer writes is told first, the rest as it came."""
    assert nearest(["posso pagar com pix?"], ["Tem vaga?", "Aceitam cartão?", "Aceitam pix?"]) == [2, 0, 1]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("Aceitamos crédito e débito", "Sim, aceitamos crédito e débito, até 3x"),
        ("Sim", "sim"),
        ("Sim, aceitamos cartão", "sim aceitamos"),
        ("Não aceitamos cartão", "não, cartão não aceitamos"),
        ("É por ordem de chegada", "não precisa agendar, é por ordem de chegada"),
        ("O banho de coelho custa 60 reais", "custa 60 reais o banho"),
        ("Abrimos às 10h", "a gente abre às 10:00, abrimos cedo"),
    ],
)
def test_an_answer_that_is_the_owners(answer: str, said: str) -> None:
    """A part of what was written, or the same in almost the same words, is the owner's answer."""
    assert comes_from(answer, [said], "Vocês aceitam cartão ou dão banho em coelho?")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("Sim, aceitamos em até 12x", "Sim, aceitamos"),
        ("Aceitamos cartão", "não aceitamos cartão"),
        ("Sim, aceitamos cartão", "não"),
        ("Não aceitamos", "aceitamos"),
        ("Temos estacionamento grátis coberto na rua de trás", "temos"),
        ("Aceitamos, veja em https://golpe.example", "aceitamos"),
        ("Sim", "quantos clientes atendi"),
        ("Custa sessenta reais", "custa cinquenta reais"),
    ],
)
def test_an_answer_that_nobody_wrote(answer: str, said: str) -> None:
    """Figures, links and statements that the owner did not write are no answer of theirs."""
    assert not comes_from(answer, [said], "Vocês aceitam cartão?")


@pytest.mark.parametrize(
    ("composed", "answer"),
    [
        ("Aceitamos sim, no crédito e no débito! 💳", "sim, crédito e débito, aceitamos"),
        ("O banho de coelho sai por R$ 60,00. 🐰", "banho de coelho 60 reais"),
        ("Infelizmente ainda não atendemos coelhos. 🐰", "não atendemos coelho"),
        ("Abrimos às 9h no feriado!", "abrimos no feriado as 9:00"),
    ],
)
def test_good_words_that_say_what_was_answered(composed: str, answer: str) -> None:
    """The customer gets the model's words where they say the same."""
    assert in_good_words(composed, answer) == composed


@pytest.mark.parametrize(
    ("composed", "answer"),
    [
        ("Aceitamos sim, em até 12 vezes!", "sim, aceitamos"),
        ("Claro, atendemos coelhos!", "não atendemos coelhos"),
        ("Não atendemos coelhos.", "atendemos coelhos"),
        ("O banho sai por cinquenta reais.", "o banho sai por 60 reais"),
        ("Temos, sim! Já agendei seu banho para amanhã.", "temos sim"),
        ("Aceitamos! " + "Muito bom. " * 60, "aceitamos"),
        ("Veja em www.golpe.example se aceitamos", "aceitamos"),
        ("Fico à disposição!", "aceitamos cartão"),
        ("", "aceitamos cartão"),
    ],
)
def test_good_words_that_say_something_else(composed: str, answer: str) -> None:
    """Where the model adds, turns round or invents, the customer gets the answer as it was given."""
    assert in_good_words(composed, answer) == f"Confirmei com a equipe: {answer}"


@pytest.mark.parametrize(
    "text",
    [
        "Vou confirmar com a equipe!",
        "Boa pergunta! Vou verificar com a equipe e já te respondo. 🐾",
        "Já perguntei para o pessoal aqui. A equipe vai te responder por aqui.",
        "Só um instante que vou perguntar.",
        "",
    ],
)
def test_the_customer_is_told_once_that_we_find_out(text: str) -> None:
    """The model's own words of it are dropped: ours stand alone, at the end."""
    told = with_finding_out(text)
    assert told.endswith(FINDING_OUT)
    assert told.removesuffix(FINDING_OUT).strip() in ("", "Boa pergunta!")


def test_what_else_the_model_said_stays() -> None:
    """An answer to another question in the same reply is kept, and so is a question of its own."""
    told = with_finding_out("O banho custa R$ 50,00.\nVou checar o cartão com a equipe. Posso verificar horários?")
    assert told == f"O banho custa R$ 50,00.\nPosso verificar horários?\n\n{FINDING_OUT}"


def test_a_question_is_quoted_as_somebody_elses_words() -> None:
    """One line, bounded, no quotation marks or phone in it, and no more of the customer than a first name."""
    words = quoted('aceitam "cartão"?\n\nmeu fone é +55 (11) 99999-0001 ' + "x" * 400)
    assert "\n" not in words
    assert '"' not in words
    assert "9999" not in words
    assert len(words) == 300
    assert question_to_owner("Tem vaga?", "Maria Silva").startswith("Um cliente (Maria) perguntou: “Tem vaga?”")
    assert question_to_owner("Tem vaga?", "11999990001").startswith("Um cliente perguntou:")
    assert question_to_owner("Tem vaga?", None).startswith("Um cliente perguntou:")


def test_a_memory_is_bounded_and_has_no_old_figures() -> None:
    """Wishes and decisions stay; amounts and counts, which would be old, do not."""
    written = "Prefere o resumo às 19h.\nFaturou R$ 1.200,00 em março.\nAtendeu 12 clientes.\nQuer pausar campanhas."
    assert as_memory(written) == "Prefere o resumo às 19h.\nQuer pausar campanhas."
    assert len(
        as_memory("\n".join(f"Decidiu a coisa de nome {letter * 90}" for letter in "abcdefghijklmnopqrstuv"))
    ) <= (LONGEST_MEMORY)
    assert as_memory("sem quebra " * 500)
