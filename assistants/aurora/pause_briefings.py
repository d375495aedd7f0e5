"""pause_briefings and resume_briefings: which of her unasked messages the owner wants."""

from pydantic import Field, field_validator

from assistants.aurora.ordering import proposed
from assistants.toolbox import Answer, Arguments, Tool, Turn
from domain.aurora_rules import Briefing
from office.briefings import SET_BRIEFINGS, SetBriefings, in_words

_SUMMARIES = (Briefing.DAILY_SUMMARY, Briefing.MORNING_AGENDA, Briefing.WEEKLY_REVIEW)
"""What an owner calls "os resumos"."""


class Briefings(Arguments):
    """Which messages."""

    which: list[Briefing] | None = Field(
        default=None,
        min_length=1,
        description="; ".join(f"{one}: {one.portuguese}" for one in Briefing)
        + f". Sem which, os resumos ({in_words(_SUMMARIES)}). Para tudo, os cinco.",
    )

    @field_validator("which", mode="before")
    @classmethod
    def _one_alone(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    def command(self, *, paused: bool) -> SetBriefings:
        """The order that is meant."""
        wanted = set(self.which or _SUMMARIES)
        return SetBriefings(briefings=tuple(one for one in Briefing if one in wanted), paused=paused)


async def pause(turn: Turn, wanted: Briefings) -> Answer:
    """Propose that they stop."""
    return await proposed(turn, SET_BRIEFINGS, wanted.command(paused=True))


async def resume(turn: Turn, wanted: Briefings) -> Answer:
    """Propose that they come again."""
    return await proposed(turn, SET_BRIEFINGS, wanted.command(paused=False))


PAUSE_BRIEFINGS = Tool(
    name="pause_briefings",
    description="Pausa o que a Aurora manda sem ser perguntada (resumos, agenda, alertas, cliente esperando).",
    arguments=Briefings,
    run=pause,
)
RESUME_BRIEFINGS = Tool(
    name="resume_briefings",
    description="Faz voltar mensagens pausadas da Aurora (resumos, agenda, alertas, cliente esperando).",
    arguments=Briefings,
    run=resume,
)
