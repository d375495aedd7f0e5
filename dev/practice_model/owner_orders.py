"""Orders about prices, the assistant, briefings, owners, messages and invitations."""

import re

from pydantic import JsonValue

from dev.practice_model import owner_wording as wording
from dev.practice_model.decision import Call, Decision, Say, Use
from dev.practice_model.owner_periods import read_days
from dev.practice_model.owner_readings import read_count, read_money, read_phone
from dev.practice_model.owner_said import Said
from dev.practice_model.owner_tools import (
    ADD_OWNER,
    FILL,
    PAUSE_AI,
    PAUSE_BRIEFINGS,
    PRICE,
    REMOVE_OWNER,
    RESUME_AI,
    RESUME_BRIEFINGS,
    STOP_INVITATIONS,
)
from dev.practice_model.pet_traits import read_coat, read_size
from dev.practice_model.services import read_service

_PAUSE = (
    r"(?:paus\w+|par(?:a|e|ar|em)|deslig\w+|desativ\w+|silenci\w+|suspend\w+|interromp\w+|cancel\w+|chega de|"
    r"nao (?:quero|precisa|mand\w+|me mand\w+|respond\w+))"
)
_RESUME = (
    r"(?:retom\w+|volt(?:a|e|ar)|reativ\w+|relig\w+|lig(?:a|ar|ue)|ativ(?:a|ar|e)|despaus\w+|"
    r"quero (?:de novo|receber)|manda de novo)"
)
_AI = r"(?:assistente|client ai|ia|robo|bot|atendimento automatico|respostas? automaticas?)"
_SERVING = r"(?:o )?atendimento (?:automatico |d[aeo]s? |com |para |pra |ao )"
_PAUSE_AI = re.compile(
    rf"(?:\b(?:paus|suspend|interromp|silenci|desativ|deslig)\w+|^\W*par[ae]) {_SERVING}|"
    rf"\b{_PAUSE}\b.{{0,40}}\b{_AI}\b|\bdeixa (?:que eu|comigo)\b.{{0,30}}\b(?:falo|respondo|atendo|com)\b"
)
_RESUME_AI = re.compile(
    rf"\b(?:retom|reativ|relig|despaus)\w+ {_SERVING}|"
    rf"\b{_RESUME}\b.{{0,40}}\b{_AI}\b|\b{_AI} (?:pode voltar|volta)\b"
)
_BRIEFING = {
    "daily_summary": r"resumos? (?:do dia|diarios?|da noite|de hoje)",
    "weekly_review": r"(?:balancos?(?: da semana)?|resumos? (?:da semana|semana(?:l|is)))",
    "morning_agenda": r"agenda (?:da manha|de manha)",
    "waiting": r"avisos? de (?:clientes? )?esper\w+",
    "alerts": r"alertas?",
}
_BRIEFINGS = r"(?:resumos?|briefings?|mensagens automaticas|avisos automaticos|" + "|".join(_BRIEFING.values()) + ")"
_PAUSE_BRIEFINGS = re.compile(rf"\b{_PAUSE}\b.{{0,40}}\b{_BRIEFINGS}\b")
_RESUME_BRIEFINGS = re.compile(rf"\b{_RESUME}\b.{{0,40}}\b{_BRIEFINGS}\b|\b{_BRIEFINGS} (?:de volta|de novo)\b")
_STOP_INVITATIONS = re.compile(rf"\b{_PAUSE}\b.{{0,30}}\b(?:convites?|convidar|campanha|chamar (?:os |as )?clientes)\b")
_FILL = re.compile(
    r"\b(?:ench|preench|complet|lot)\w+\b.{0,30}\b(?:agenda|horarios|vagas)\b|\bconvid(?:a|e|ar)\b"
    r"|\b(?:mand|envi|dispar)\w+ (?:os |uns )?convites?\b|\bcham(?:a|e|ar) (?:os |as )?clientes\b"
    r"|^\W*(?:sim\W+)?(?:pode|podem) (?:mandar|chamar|convidar|enviar)\b"
)
_PRICE_VERB = re.compile(
    r"\b(?:mud|alter|troc|aument|reduz|baix|sub|reajust|coloc|bot|deix|pass|atualiz|cobr|defin)\w+\b|\b(?:custa|custar|fica)\b"
)
_PERCENT = re.compile(r"\d ?(?:%|por cento)")
_CUSTOM = re.compile(r"\b(?:preco|valor) d[oae]s? ([\w-]+)")
_ADD_OWNER = re.compile(
    r"\b(?:registr|cadastr|adicion|inclu|autoriz|coloc)\w+\b.{0,60}\b(?:gerentes?|don[oa]s?|soci[oa]s?|numero|acesso)\b"
)
_REMOVE_OWNER = re.compile(
    r"\b(?:remov|tir|exclu|descadastr|desautoriz)\w+\b.{0,60}\b(?:gerentes?|don[oa]s?|soci[oa]s?|numero|acesso)\b"
    r"|\bnao (?:e|eh) mais (?:gerente|don[oa]|soci[oa])\b"
)
_RUNS_SHOP = re.compile(r"\b(?:don[oa]|soci[oa]|proprietari[oa])\b")


def read_order(said: Said) -> Decision | None:
    """The order, or what it lacks; None where it is none of these."""
    if said.asks:
        return None
    text = said.folded
    if _STOP_INVITATIONS.search(text):
        return Use((Call(STOP_INVITATIONS, {}),))
    if _PAUSE_BRIEFINGS.search(text):
        return Use((Call(PAUSE_BRIEFINGS, _which(text)),))
    if _RESUME_BRIEFINGS.search(text):
        return Use((Call(RESUME_BRIEFINGS, _which(text)),))
    if _PAUSE_AI.search(text):
        return Use((Call(PAUSE_AI, _customer(said)),))
    if _RESUME_AI.search(text):
        return Use((Call(RESUME_AI, _customer(said)),))
    if _REMOVE_OWNER.search(text):
        names = _people(said)
        return Use((Call(REMOVE_OWNER, {"name": names[0]}),)) if names else Say(wording.WHO)
    if _ADD_OWNER.search(text):
        return _add_owner(said)
    return _price(said) or (_fill(said) if _FILL.search(text) else None)


def _which(text: str) -> dict[str, JsonValue]:
    which = next((name for name, pattern in _BRIEFING.items() if re.search(rf"\b{pattern}\b", text)), None)
    return {"which": which} if which else {}


def _customer(said: Said) -> dict[str, JsonValue]:
    names = _people(said)  # a customer may be called as one of the shop's people
    return {"customer": names[0]} if names else {}


def _people(said: Said) -> list[str]:
    return said.names + ([said.professional] if said.professional else [])


def _add_owner(said: Said) -> Decision:
    names, phone = _people(said), read_phone(said.folded)
    if not names or phone is None:
        return Say(wording.WHOSE_NUMBER)
    # Who is not said to run the shop may do the less.
    role = "owner" if _RUNS_SHOP.search(said.folded) else "manager"
    return Use((Call(ADD_OWNER, {"name": names[0], "phone": phone, "role": role}),))


def _price(said: Said) -> Decision | None:
    text = said.folded
    of_price = bool(re.search(r"\b(?:precos?|valor(?:es)?)\b", text))
    meant = read_service(text, said.prompt.services)
    named = meant.service or meant.candidates
    price = read_money(text)
    if not _PRICE_VERB.search(text) or not (of_price or (named and (price or _PERCENT.search(text)))):
        return None
    if said.names and not of_price:
        return None  # "muda o banho do Rex"
    if meant.candidates:
        return Say(wording.choose("Temos mais de um com esse nome:", [service.name for service in meant.candidates]))
    custom = _CUSTOM.search(text)
    service = meant.service.name if meant.service else custom[1] if custom else None
    if service is None:
        return Say(wording.WHICH_SERVICE)
    if price is None:
        return Say(wording.WHICH_PRICE)
    arguments: dict[str, JsonValue] = {"service": service, "price": price}
    if size := read_size(text):
        arguments["size"] = size.value
    if coat := read_coat(text):
        arguments["coat"] = coat.value
    return Use((Call(PRICE, arguments),))


def _fill(said: Said) -> Decision:
    text, arguments = said.folded, dict[str, JsonValue]()
    if (days := read_days(text, said.today)) is not None:
        arguments |= {"first": days[0].isoformat(), "last": days[1].isoformat()}
    if (service := read_service(text, said.prompt.services).service) is not None:
        arguments["service"] = service.name
    if (most := read_count(text)) is not None:
        arguments["most"] = most
    if re.search(r"\b(?:convid|cham)\w+ (?:so |apenas )?[oa] [A-ZÀ-Ý]", said.text, re.IGNORECASE) and said.names:
        arguments["customers"] = [*said.names]
    return Use((Call(FILL, arguments),))
