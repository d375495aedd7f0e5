"""Aurora's sentences: short, the figure first. What tools answer in words is told in those words."""

from collections.abc import Sequence

ABILITIES = (
    "Posso contar atendimentos, faturamento, ocupação, faltas e clientes, de qualquer período, e cuidar de pedidos: "
    "fechar horários, remarcar, mudar preços, avisar clientes.\n"
    'Por exemplo: "Quantos clientes atendi hoje?" ou "Fecha a agenda na sexta à tarde".'
)
HELLO = "Olá! Sou a Aurora."
IDENTITY = "Sou a Aurora, a assistente virtual da loja, não uma pessoa."
TROUBLE = "Não consegui ler os números agora. Pode perguntar de novo em instantes?"
CANNOT = "Isso eu ainda não consigo fazer por aqui."
UNKNOWN = f"Isso eu ainda não sei responder. {ABILITIES}"
REFUSAL = f"Desculpe, isso eu não posso fazer. {ABILITIES}"
OTHER_SHOP = "Só conheço esta loja: de outras não tenho número nenhum."
THANKS = "Por nada! Quando precisar, é só chamar."
ALL_RIGHT = "Tudo bem!"
WHICH_PERIOD = 'Esse período eu não entendi. Pode dizer de outro jeito, como "em outubro" ou "semana passada"?'
ONE_DAY = "A agenda eu mostro um dia por vez. De que dia?"
PROFIT = "Lucro eu não sei, porque não conheço os custos da loja. O faturamento eu sei: é só perguntar."
ONE_CUSTOMER = "Escrevo para um cliente de cada vez. Para quem, e o que digo?"

PROPOSED = "Certo!"
DONE = "Prontinho!"
ASKED_AGAIN = "Só para confirmar:"
NOT_AGREED = "Só faço depois de um sim claro:"
LEFT_UNDONE = "Tudo bem, não fiz nada."
NOTHING_DONE = "Ainda não fiz nada. Como você quer que fique?"

WHICH_ONE = "Qual deles?"
WHICH_SERVICE = "De qual serviço?"
WHICH_PRICE = "Para quanto, em reais?"
WHICH_DAY = "Para que dia?"
WHICH_NEW_TIME = "Para que dia e horário?"
WHOSE_APPOINTMENT = "De quem, e de que dia?"
WHICH_WEEKDAY = "De que dia da semana, e das quantas às quantas?"
WHOSE_NUMBER = "De quem é, e qual é o número com DDD?"
WHO = "De quem?"
WHAT_TO_SAY = "O que eu digo?"
ASKS_MORE = (
    WHICH_ONE, WHICH_SERVICE, WHICH_PRICE, WHICH_DAY, WHICH_NEW_TIME, WHOSE_APPOINTMENT, WHICH_WEEKDAY, WHOSE_NUMBER,
    WHO, WHAT_TO_SAY, ONE_CUSTOMER,
)  # fmt: skip
ASKS_LEAVE = ("Posso fazer?", "Posso fazer tudo isso?")
"""The engine's, under a summary."""


def asks_more(said: str) -> bool:
    """Whether the last text asked for what an order lacks: then the next one goes on with it."""
    return any(question in said for question in ASKS_MORE)


def asks_leave(said: str) -> bool:
    """Whether an order was put to the owner."""
    return any(question in said for question in ASKS_LEAVE)


def not_everything(named: str) -> str:
    """ "Cancela tudo" is nobody's order."""
    return f"{named} é muita coisa para uma palavra só. {WHOSE_APPOINTMENT}"


def choose(lead: str, lines: Sequence[str]) -> str:
    """Several could be meant."""
    return "\n".join((lead, *(f"- {line}" for line in lines), WHICH_ONE))


def refused(message: str, candidates: Sequence[str]) -> str:
    """A tool's refusal in its own words, with the choice it gives."""
    lead = message or "Isso não deu certo; nada foi feito."
    return choose(lead, candidates) if candidates else lead
