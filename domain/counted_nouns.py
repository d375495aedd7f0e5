"""What a shop counts: the nouns before or after which a number is a figure of the business."""

import re

from domain.portuguese import plural

_SINGULAR = re.findall(
    r"\S+",
    """
    cliente pet cachorro cachorra gato gata animal pessoa paciente tutor tutora visita visitante venda retorno
    atendimento agendamento reserva marcação compromisso serviço procedimento banho tosa consulta vacina vacinação
    hidratação exame cirurgia check-up emergência hospedagem pacote vaga horário
    falta ausência no-show cancelamento remarcação desistência conversa mensagem transferência token
    profissional funcionário funcionária recorrente inativo inativa faltoso faltosa pendente
    atendido atendida agendado agendada marcado marcada concluído concluída confirmado confirmada cancelado cancelada
    realizado realizada
    """,
)
_NEW = r"nov[oa]s?(?= e\b| ?[,.;!)]|$)"
"""A noun only where no other follows: "5 novos e 7 recorrentes"."""

_BARE = str.maketrans("áâãéêíóôõúç", "aaaeeiooouc")
_PLURALS = frozenset(plural(word) for word in _SINGULAR)


def _either(words: frozenset[str] | set[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


_QUALIFIER = (
    r"(?:(?:(?:nov|outr|primeir|únic|unic|bel|ótim|otim|mesm)[oa]s?|diferentes?|bons|boas|[úu]ltim[oa]s|tais) )"
)
_EVERY = {*_SINGULAR, *_PLURALS}
COUNTED_NOUN = rf"{_QUALIFIER}?(?P<noun>(?:{_either(_EVERY | {word.translate(_BARE) for word in _EVERY})})\b|{_NEW})"
"""A counted noun, with or without accents, and perhaps an adjective before it."""


def is_plural(noun: str) -> bool:
    """Whether it stands for several; `noun` as `COUNTED_NOUN` found it."""
    return noun.endswith("s")
