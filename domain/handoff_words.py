"""What is said around a hand-over: to owners who are to come, and to the customer who waits or is given back."""

from datetime import datetime
from textwrap import shorten

from domain.dates import ago, spoken
from domain.frozen import Frozen

_LONGEST_QUOTED = 200
_LONGEST_NAME = 60


class WaitingCustomer(Frozen):
    """Somebody who waits for a person; `since` in the shop's zone."""

    name: str | None
    since: datetime
    reason: str
    last_message: str

    def in_one_line(self, now: datetime) -> str:
        """Who waits, and since when: for the console, where the rest is on the page."""
        return f"{self._who()} espera uma pessoa da loja {ago(self.since, now)}, {self._since()}"

    def _who(self) -> str:
        """Whoever writes chooses the name that is shown: it stays short, and on its line."""
        return shorten(self.name or "", _LONGEST_NAME, placeholder="…") or "Um cliente"

    def _since(self) -> str:
        return f"desde {self.since:%H:%M} de {self.since:%d/%m}"

    def _more(self) -> list[str]:
        reason = [f"Motivo: {shorten(self.reason, _LONGEST_QUOTED, placeholder='…')}"] if self.reason else []
        quoted = shorten(self.last_message, _LONGEST_QUOTED, placeholder="…")
        return [*reason, *([f"Última mensagem: “{quoted}”"] if quoted else [])]

    def reminder(self, now: datetime) -> str:
        """For owners and managers: who waits, since when and why."""
        return "\n".join(
            [
                f"💬 {self.in_one_line(now)}.",
                *self._more(),
                "Responda pelo painel ou pelo WhatsApp da loja. "
                "A assistente não escreve enquanto a conversa é de uma pessoa.",
            ]
        )

    def escalation(self, now: datetime) -> str:
        """For owners, after the reminder: nobody came."""
        return "\n".join(
            [
                f"🚨 Ninguém respondeu ainda: {self.in_one_line(now)}.",
                *self._more(),
                "A equipe já foi lembrada. Peça a alguém que responda agora, pelo painel ou pelo WhatsApp da loja.",
            ]
        )


def moment(at: datetime, now: datetime) -> str:
    """A time to come, as the shop's clock shows it: "hoje, às 14h", "amanhã, segunda-feira, às 9h",
    "quarta-feira, 25/11, às 8h30"."""
    day, today = at.date(), now.astimezone(at.tzinfo).date()
    named = spoken(day, today)
    ahead = (day - today).days
    if ahead in (0, 1):  # nobody asks for the date of today or tomorrow
        named = named.rpartition(", ")[0] if ahead else "hoje"
    minute = f"{at:%M}" if at.minute else ""
    return f"{named}, {'à' if at.hour == 1 else 'às'} {at.hour}h{minute}"


def staffed_note(back_at: datetime, now: datetime) -> str:
    """When somebody will be there, to who is handed over while the shop is closed."""
    return f"A loja está fechada agora e volta a abrir {moment(back_at, now)}: a partir daí uma pessoa te responde."


def with_note(text: str, note: str | None) -> str:
    """A reply with such a note under it, once: one that has it already stays as it is."""
    return text if note is None or note in text else f"{text}\n\n{note}"


def still_waiting(shop: str, back_at: datetime | None, now: datetime) -> str:
    """To who waits longer than the shop wants: the truth, and that nothing is lost."""
    hello = f"Oi! Aqui é a assistente virtual da loja {shop}. 🐾"
    if back_at is None:
        return (
            f"{hello}\nAinda ninguém da equipe conseguiu te responder, desculpe a demora. "
            "Suas mensagens estão guardadas, a equipe já foi avisada e uma pessoa responde por aqui assim que puder."
        )
    return (
        f"{hello}\nAinda ninguém da equipe conseguiu te responder, desculpe a demora. A loja está fechada agora e "
        f"volta a abrir {moment(back_at, now)}. Suas mensagens estão guardadas, e uma pessoa responde por aqui."
    )


def closing(shop: str) -> str:
    """When nobody wrote any more: who answers from now on."""
    return f"Aqui é a assistente virtual da loja {shop} de novo. Se precisar de mais alguma coisa, é só escrever. 🐾"
