"""What Aurora may say of figures: only what this turn's tools answered."""

import json

import pytest

from domain.claimed_figures import unsupported_figure
from domain.claims import ClaimKind, unsupported_claim
from domain.conversation import Audience
from domain.reply_facts import PriceFact, ReplyFacts

ATTENDANCE = json.dumps(
    {
        "ok": True,
        "period": "today",
        "from": "2026-11-22",
        "to": "2026-11-22",
        "days": "22/11/2026",
        "clients": 12,
        "services": [
            {"name": "banho", "count": 8, "label": "8 banhos"},
            {"name": "consulta", "count": 3, "label": "3 consultas"},
            {"name": "tosa", "count": 1, "label": "1 tosa"},
        ],
        "services_total": 12,
        "revenue": "R$ 850,40",
        "before": {"clients": 10, "revenue": "R$ 12.345,67"},
        "change": {"clients": "2 clientes a mais (+20%)", "revenue": "R$ 150,00 a mais (+21,4%)"},
        "rate": "12,5%",
        "points": "2,5 pontos percentuais a menos",
        "inactive": [{"name": "Ana"}, {"name": "Bia"}, {"name": "Caio"}, {"name": "Davi"}, {"name": "Eva"}],
        "raw": "1234.56",
        "number": 77.5,
    },
    ensure_ascii=False,
)
SAID = "Quero um desconto de 17% e chamar vinte clientes. Ontem deu R$ 777?"
PRICES = ["R$ 50,00", "R$ 1.320,00"]

TRUE = [
    "Hoje você atendeu 12 clientes!\n- 8 banhos\n- 3 consultas\n- 1 tosa\nFaturamento: R$ 850,40",
    "*12 clientes* hoje, _8 banhos_.",
    "Doze clientes, três consultas e uma tosa.",
    "Clientes: 12\nBanhos: 8\nFaturamento: 850,40",
    "Total de clientes atendidos: 12.",
    "Faturou R$850,40, ou 850,40 reais.",
    "Faturou cerca de R$ 850 hoje; ontem, uns R$ 12 mil, ou R$ 12,3 mil.",
    "São R$ 150 a mais (+21,4%), uns 21% acima.",
    "Foram 2 clientes a mais (+20%).",
    "Antes: 10 clientes e R$ 12.345,67.",
    "A taxa de faltas foi de 12,5%, 2,5 pontos percentuais a menos.",
    "Doze e meio por cento? Não: 12,5 por cento.",
    "São 5 clientes inativos: Ana, Bia, Caio, Davi e Eva.",
    "Somou R$ 1.234,56 e R$ 77,50.",
    "O banho custa R$ 50,00 e o pacote R$ 1.320.",
    "Com 17% de desconto, como você disse, para 20 clientes.",
    "Você falou em R$ 777,00.",
    "Hoje, 22/11/2026, às 14h30, até agora foram 12 clientes.",
    "1. Ana – há 48 dias\n2. Bia – há 50 dias\n3) Caio: 61 dias",
    "Nos últimos 30 dias, na semana de 16/11 a 22/11.",
    "Agenda de amanhã:\n- 09:00 banho do Rex (código 12ab34cd)\n- 10h tosa da Mel\n- às 11 consulta da Nina",
    "O Rex tem 9 anos e pesa 34 kg; o banho leva 60 minutos.",
    "Horários livres: 9, 10 e 11.",
    "Agendamentos: 10h às 12h",
    "Quantos clientes você quer que eu chame, 30 clientes?",
    "Quer que eu chame 30 clientes?",
    "Posso chamar até 30 clientes de uma vez.",
    "Se vierem 40 clientes, a agenda enche.",
    "Eu aviso quando houver mais de 99 clientes inativos.",
    "Sugiro um desconto de 35% na tosa.",
    "Não foram 40 clientes, foram 12 clientes.",
    "Não tenho o número de setembro de 2025.",
    "Por exemplo: quantos clientes, 40 clientes ou mais, por mês.",
    "Está 100% confirmado.",
    "Tenho 2 perguntas e 3 ideias.",
    "Em 2025 não havia registro.",
    "Foram 12 clientes, quer os detalhes?",
    "Nenhum cliente faltou.",
]
FALSE = [
    "Hoje você atendeu 15 clientes!",
    "Hoje você atendeu quinze clientes.",
    "Clientes: 15",
    "Total de clientes atendidos: 15.",
    "- 9 banhos",
    "1. 9 banhos",
    "**Tosas:** 7",
    "Consultas – 6",
    "Faturamento: R$ 900,00",
    "O faturamento foi de 900 reais.",
    "O faturamento foi de novecentos reais.",
    "Faturou R$ 850,10.",
    "Uns R$ 14 mil no mês.",
    "Subiu 25% desde ontem.",
    "Vinte e cinco por cento, ou 25 por cento a mais.",
    "Caiu 7,5 pontos percentuais.",
    "Foram 9 banhos, quer os detalhes?",
    "Foram 15 clientes, certo?",
    "Posso te dizer que foram 15 clientes.",
    "Não, foram 15 clientes.",
    "Até agora, 15 clientes.",
    "Esperam por você 4 conversas.",
    "A taxa de ocupação é de 100%.",
    "Há 6 novos e 7 recorrentes.",
    "Você tem 44 clientes inativos.",
    "Foram 2.345 atendimentos no ano.",
    "Total: R$ 1.700,80 (o dobro de hoje).",
    "Ticket médio de R$ 70,87.",
    "Foi um dia bom: 12 clientes, 11 banhos.",
]


@pytest.mark.parametrize("text", TRUE)
def test_what_a_source_supports_or_nobody_claims_is_sent(text: str) -> None:
    """True figures in any dress, and numbers that are no figures, pass."""
    assert unsupported_figure(text, [ATTENDANCE, *PRICES], SAID) is None


@pytest.mark.parametrize("text", FALSE)
def test_a_figure_without_a_source_is_found(text: str) -> None:
    """Amounts, percentages and counts, before and after their nouns, in digits and in words."""
    assert unsupported_figure(text, [ATTENDANCE, *PRICES], SAID) is not None


def test_the_first_sentence_without_support_is_named() -> None:
    """The model is told which of its sentences was wrong."""
    text = "Hoje foram 12 clientes. Faturou R$ 900,00! Ontem, 44 clientes."
    assert unsupported_figure(text, [ATTENDANCE]) == "Faturou R$ 900,00!"


def test_no_tool_no_figure() -> None:
    """Without any tool's answer even yesterday's true number is none."""
    assert unsupported_figure("Ontem você atendeu 12 clientes.", []) == "Ontem você atendeu 12 clientes."


def test_broken_or_huge_answers_do_no_harm() -> None:
    """What is not JSON is read as words, and its length does not matter."""
    assert unsupported_figure("12 clientes", ["{12 clientes"]) is None
    assert unsupported_figure("Foram 12 clientes.", ["{" * 300_000, "[" * 300_000]) is not None
    assert unsupported_figure("Foram 12 clientes.", ['{"a":' * 15_000]) is not None
    assert unsupported_figure("7 clientes e " * 3_000, [ATTENDANCE]) is not None


def _claim(text: str, audience: Audience, facts: ReplyFacts | None, *answers: str) -> ClaimKind | None:
    claim = unsupported_claim(text, bookings=(), handed_over=False, audience=audience, facts=facts, answers=answers)
    return claim.kind if claim else None


def test_figures_are_checked_for_owners_only() -> None:
    """A customer's reply has rules of its own; an owner's is held against answers, prices and their own words."""
    facts = ReplyFacts(prices=(PriceFact(service="Banho", price="50"),), about="e 30 clientes?")  # type: ignore[arg-type] # as JSON has it
    assert _claim("Foram 15 clientes.", Audience.OWNER, facts) is ClaimKind.FIGURE
    assert _claim("Foram 15 clientes.", Audience.CUSTOMER, facts) is None
    assert _claim("Foram 12 clientes, R$ 50,00 o banho, e não 30 clientes.", Audience.OWNER, facts, ATTENDANCE) is None
    assert _claim("Foram 15 clientes.", Audience.OWNER, None) is None


def test_the_correction_names_the_number_and_the_way_out() -> None:
    """The model hears what it said, that no tool answered it, and that it may say it does not know."""
    claim = unsupported_claim(
        "Foram 15 clientes.", bookings=(), handed_over=False, audience=Audience.OWNER, facts=ReplyFacts()
    )
    assert claim is not None
    said = claim.correction()
    assert said.startswith("CORREÇÃO: você disse um número que nenhuma ferramenta respondeu")
    assert "«Foram 15 clientes»" in said
    assert "não consegue responder" in said
