"""assistant_report: how Client AI did, and what the models cost."""

from decimal import Decimal

from pydantic import JsonValue

from assistants.aurora.asking_period import PeriodArguments
from assistants.aurora.reporting import count_change, what_happened
from assistants.toolbox import Answer, Tool, Turn
from domain.comparison import percent, points, share
from domain.figures import AssistantFigures
from domain.model_prices import cost_of
from domain.portuguese import counted
from storage import assistant_figures

_ESTIMATE = "O custo é uma estimativa pelos preços de tabela, em dólar; o valor certo está na fatura."


async def report(turn: Turn, wanted: PeriodArguments) -> Answer:
    """Count what she answered, handed over and booked; reads only."""
    asked = what_happened(turn, wanted)
    zone = turn.organization.zone
    now = await assistant_figures.assistant(turn.tenant, asked.counted, zone, turn.today)
    before = await assistant_figures.assistant(turn.tenant, asked.before, zone, turn.today)
    change = count_change("conversa")
    return Answer(
        asked.answer(
            _figures(now),
            _figures(before),
            {
                "conversations": change(now.conversations, before.conversations),
                "answered_alone": change(now.answered_alone, before.answered_alone),
                "handed_over": change(now.handed_over, before.handed_over),
                "share_answered_alone": points(_alone(now), _alone(before)),
                "booked": count_change("agendamento")(now.booked, before.booked),
            },
            *_notes(now),
        )
    )


def _alone(figures: AssistantFigures) -> Decimal | None:
    return share(figures.answered_alone, figures.conversations)


def _figures(figures: AssistantFigures) -> dict[str, JsonValue]:
    alone = _alone(figures)
    return {
        "conversations": figures.conversations,
        "answered_alone": figures.answered_alone,
        "handed_over": figures.handed_over,
        "share_answered_alone": percent(alone) if alone is not None else None,
        "booked": figures.booked,
        "cost": cost_of(figures.by_model).in_words(),
        "tokens": sum(use.prompt_tokens + use.completion_tokens for use in figures.by_model),
    }


def _notes(figures: AssistantFigures) -> list[str]:
    if not figures.by_model:
        return []
    unpriced = cost_of(figures.by_model).unpriced
    notes = [_ESTIMATE] if len(unpriced) < len(figures.by_model) else []
    notes += [
        f"Não sei o preço do modelo {use.model}: usou {counted(use.prompt_tokens + use.completion_tokens, 'token')}, "
        "fora do custo."
        for use in unpriced
    ]
    return notes


ASSISTANT_REPORT = Tool(
    name="assistant_report",
    description=(
        "Como a assistente dos clientes foi no período: conversas, resolvidas sozinha, passadas a uma pessoa, "
        "agendamentos feitos por ela e custo do modelo."
    ),
    arguments=PeriodArguments,
    run=report,
)
