"""Whether a figure is stated as so, or denied, asked about, quoted from the customer, or yet to be looked up."""

import re
from enum import Enum, auto

from domain.claimed_text import Figure, Sentence, Surroundings

_NOT_MEANT = r"(?! (?:se (?:preocup|esque|apress)|(?:tem|ha) problema|esque|precisa|so\b|deixe))"
_DENIED_BEFORE = re.compile(rf"\b(?:nao{_NOT_MEANT}|nem|nunca|nenhum\w*|ninguem|em vez d[eao]s?|ao inves d[eao]s?)\b")
_TAKEN = (
    r"indisponive\w*|ocupad\w*|reservad\w*|preenchid\w*|lotad\w*|chei[oa]s?|tomad\w*|esgotad\w*|fechad[oa]s?|tem gente"
    r"|ja (?:passou|foi|era)|acab(?:ou|aram) de ser|outr[oa]s? (?:pets?|clientes?)"
    r"|sem (?:horarios?|vagas?|agenda|disponibilidade|espaco)"
)
_TAKEN_TIME = re.compile(rf"\b(?:{_TAKEN}|nao{_NOT_MEANT}|ninguem|nunca)\b")
_TAKEN_BEFORE = re.compile(rf"\b(?:{_TAKEN})\b")
_WRONG_AMOUNT = re.compile(
    r"^.{0,40}\bnao (?:e|esta|procede|corresponde|confere|bate|existe|condiz|vale|seria|consta|da|consigo"
    r"|consegu\w+|fazemos|faco|trabalhamos|temos|aceit\w+)\b"
)
_CUSTOMERS = re.compile(
    r"\b(?:(?:que )?(?:voce|vc|tu|o cliente|a cliente|te|lhe) (?:ja |me |tinha |havia )?"
    r"(?:viu|ouviu|recebeu|encontrou|pagou|pediu|mencionou|falou|disse|citou|perguntou|solicitou|sugeriu|escreveu|comentou"
    r"|quis dizer|informou|indicou|esperava|imagin\w+|ofereceu|propos|queria"
    r"|passou|passaram|informaram|disseram|falaram|cobraram|se refer\w+)|por voce|orcamento de"
    r"|preferencia (?:e |por |pel[ao]s?|d[eao]s?)|seu pedido)\b"
)
# "Faço pelos R$ 40 que você pediu": the customer's figure, and now the shop's.
_AGREED = re.compile(
    r"\b(?:faco|fazemos|faremos|consigo|conseguimos|posso|podemos|mantenho|mantemos|mantid\w+|aceit\w+|fic(?:a|ou|ara)|sai"
    r"|cobr(?:o|amos)|agend\w+|fechad\w+|combinad\w+|garant\w+|reserv\w+|marc\w+|confirm\w+|deix(?:o|amos)|tenho|temos)\b"
)
_CUSTOMER_WANTS = re.compile(
    r"\b(?:voce|vc) (?:quer|queria|quis|prefere|gostaria|precisa|deseja|busca|procura|trabalha|sai|estuda)\b"
)
_LOOKED_UP = re.compile(
    r"\b(?:vou|vamos|deixa(?: eu)?|deixe me|posso|podemos|preciso|quer que eu|so um (?:momento|instante|minuto))"
    r"(?: ja| agora| aqui| te| tentar| so)*"
    r" (?:verific|ver\b|veja|consult|confer|confir(?:a|o|mar (?:se|com))\b|chec|olh|dar uma olhada|perguntar|buscar"
    r"|pesquis)"
    r"|\b(?:lista|fila) de espera\b"
    r"|\b(?:verificando|consultando|conferindo|checando) (?:se|as?|os?|a disponibilidade)\b"
)
_CONDITION = re.compile(r"(?:^|[ ,])(?:se|caso|quando|assim que|logo que|mesmo que|como se)\b(?! preocup)")
_OFFERED = re.compile(
    r"\b(?:quer|posso|podemos|vamos|agend\w+|marc\w+|reserv\w+|confirm\w+|fech\w+|pode (?:ser|vir)|deseja|gostaria"
    r"|prefere|topa|aceita|combinad\w+|serve|que tal|encaix\w+)\b"
)
_TAG = re.compile(r"\b(?:ok|okay|ta|ta bom|certo|tudo bem|combinado|ne|viu|beleza|pode ser)\s?\?$")


class Subject(Enum):
    """What the figure is."""

    PRICE = auto()
    TIME = auto()


def states(sentence: Sentence, words: Surroundings, figure: Figure, subject: Subject) -> bool:
    """Whether the sentence claims the figure. An offer is a claim even as a question: it invites to take it."""
    before, after = words.before(figure), words.after(figure)
    clause = words.clause_before(figure)
    of_customer = _CUSTOMERS.search(clause) or _CUSTOMERS.search(words.lead(figure)) or _CUSTOMERS.match(after.lstrip())
    if _DENIED_BEFORE.search(before) or (of_customer and not _AGREED.search(clause)):
        return False
    if subject is Subject.PRICE:
        return not _WRONG_AMOUNT.search(after) and not _asked_about(sentence, words, figure)
    return not (
        _TAKEN_TIME.search(after)
        or _TAKEN_BEFORE.search(before)
        or _LOOKED_UP.search(clause + after)
        or _CONDITION.search(before)
        or (_CUSTOMER_WANTS.search(clause) and not (sentence.asks and words.in_last_clause(figure)))
    )


def _asked_about(sentence: Sentence, words: Surroundings, figure: Figure) -> bool:
    if not sentence.asks or not words.in_last_clause(figure):
        return False
    return not (_OFFERED.search(words.clause_before(figure) + words.just_after(figure)) or _TAG.search(sentence.bare))
