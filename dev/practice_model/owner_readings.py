"""What an order says beside its day: money, hours of the day, names, phone numbers, reasons."""

import re
from collections.abc import Collection

from dev.practice_model.days import MONTHS, WEEKDAY_WORDS
from dev.practice_model.owner_periods import without_days
from dev.practice_model.portuguese import composed, fold, words

_NUMBER = r"\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_MONEY = re.compile(
    rf"r\$ ?(?P<signed>{_NUMBER})|(?<![\d/:])(?P<named>{_NUMBER}) ?(?:reais|real|conto|pila)\b"
    rf"|\b(?:para|pra|por|a|custa\w*|custe|vale|agora|sera|cobr\w+) (?P<bare>{_NUMBER})"
    r"(?![\d/%:.,]*[\d%]|/| ?h\b| ?(?:%|por cento))"
)
_CLOCK = r"(\d{1,2})(?:\s?(?:h|:)\s?([0-5]\d)|\s?(?:hs|hrs|horas?|h)\b)?"
_BETWEEN = re.compile(
    rf"\b(?:(das|de|entre(?: as)?|para(?: as)?|pra(?: as)?)\s+)?{_CLOCK}"
    rf"\s*(?:as|ate as|ate|a|e as|e)\s+{_CLOCK}(?![\d/])"
)
_FROM = re.compile(rf"\b(?:a partir d?(?:as|e)|depois d?as|apos as|abr\w+ as|desde as)\s+{_CLOCK}(?![\d/])")
_UNTIL = re.compile(rf"\b(?:ate as|ate|antes das|fech\w+ (?:mais cedo,? )?as|encerra\w* as)\s+{_CLOCK}(?![\d/])")
_MORNING = re.compile(r"\b(?:de|da|pela|na|a) manha\b")
_AFTERNOON = re.compile(r"\b(?:de|da|pela|na|a) tarde\b")
_PHONE = re.compile(r"(?<!\d)(?:\+?55[ -]?)?\(?\d{2}\)?[ -]?9? ?\d{4}[ -]?\d{4}(?!\d)")
_REASON = re.compile(
    r"\b(?:porque|por causa d[aeo]s?|por conta d[aeo]s?|motivo:?|por motivo d[aeo]s?|pois)\s+(.{2,120})$"
)
_COUNTED = r"(?:clientes?|pessoas?|servicos?|mais|primeir\w+|convites?|melhores)"
_AT_MOST = re.compile(rf"\b(?:no maximo|ate|top|so|somente|apenas|os|as|uns|umas)\s+(\d{{1,3}})(?:\s+{_COUNTED}|$)")
_SO_MANY = re.compile(r"\b(?:no maximo|top)\s+(\d{1,3})\b|\b(\d{1,3}) (?:clientes|pessoas|convites|servicos)\b")
_WITH = r"(?:remarc|reagend|cancel|desmarc|adi|antecip|pass|mud|avis|convid)[a-z]+"
_NAME_PLACES = re.compile(
    rf"\b(?:{_WITH} [oa]|d[oa]s?|para [oa]|pr[oa]|para|pra|com [oa]|com|client[ea]|tutora?|pet|cachorr[oa]|gat[oa]"
    r"|[oa])"
    r"\s+(?P<name>[a-z][a-z'-]+)"
)
_NEVER_NAMES = frozenset(
    words(
        """
        faturamento receita movimento
                das dos agenda agendamento agendamentos agora alerta alertas amanha ano anteontem antes
        assistente atendente         atendimento atras aurora aviso balanco banho banhos bot cachorra cachorro
        caixa cada casa causa cedo         cliente clientes comeco consulta consultas conta contato convite
        convites conversa dela dele depois         dia dias dinheiro dona donas dono donos ela ele equipe essa
        esse esta este expediente feriado fim         folga funcionamento gata gatas gato gatos gente gerente
        gerentes grafico hoje hora horario horarios ia         inativos inicio jeito lembrete loja lojas mais
        meio mensagem mes meu mim minha motivo nos noite nova         novo numero ontem ordem outra outro para
        parte partir pedido pedidos pelo periodo pessoa pet pets         porte preco precos primeira primeiro
        proxima proximo qual que quem recado relacao resumo resumos robo         semana seguinte servico
        servicos sistema so socia socio sua sumidos tanto tarde teste todas todos tosa         tosas tudo turno
        ultima ultimo um uma vacina vacinacao valor valores vez volta
        """
    )
)


def read_money(folded: str) -> str | None:
    """The last amount in reais, as "1200.50"."""
    found = None
    for match in _MONEY.finditer(folded):
        found = match["signed"] or match["named"] or match["bare"]
    if found is None:
        return None
    if "," in found or re.fullmatch(r"\d{1,3}(?:\.\d{3})+", found):
        found = found.replace(".", "").replace(",", ".")
    return found


def read_hours(folded: str) -> tuple[str | None, str | None]:
    """From when until when on a day, as "14:00"; a side that is not said is None."""
    text = without_days(folded)
    for match in _BETWEEN.finditer(text):
        lead, hour, minute, hour_to, minute_to = match.groups()
        marked = lead not in (None, "de") or minute or minute_to or re.search(r"\dh|\d hora", match[0])
        if marked:
            first, last = _clock(hour, minute), _clock(hour_to, minute_to)
            return (first, last) if first and last else (None, None)
    start, end = _FROM.search(text), _UNTIL.search(text)
    if start or end:
        return (_clock(start[1], start[2]) if start else None), (_clock(end[1], end[2]) if end else None)
    if _MORNING.search(text):
        return None, "12:00"
    return ("12:00", None) if _AFTERNOON.search(text) else (None, None)


def read_phone(folded: str) -> str | None:
    """The phone number, digits only."""
    found = _PHONE.search(folded)
    return re.sub(r"\D", "", found[0]) if found else None


def read_reason(text: str) -> str | None:
    """What comes after "porque", as it was written."""
    found = _REASON.search(fold(text).replace("\n", " "))
    return composed(text)[found.start(1) : found.end(1)].strip(" .!") if found else None


def read_names(text: str, *, taken: Collection[str] = ()) -> list[str]:
    """Names after "do", "para a", "com" and the like; `taken` are folded words that are none here.

    After a bare article only what is written with a capital is a name.
    """
    whole, folded = composed(text), fold(text)
    names: list[str] = []
    at = 0
    while match := _NAME_PLACES.search(folded, at):
        at = match.start("name")
        bare = re.fullmatch(r"[oa]\s+", folded[match.start() : match.start("name")])
        end = match.end("name")
        word = match["name"]
        capital = whole[match.start("name")].isupper()
        if (
            word in _NEVER_NAMES
            or word.replace("-", "") in taken
            or word in WEEKDAY_WORDS
            or word in MONTHS
            or (bare and not capital)
        ):
            continue
        while more := re.match(r"\s+(?:d[aeo]s? )?([A-ZÀ-Ý][\w'-]+)", whole[end:]):
            if fold(more[1]) in taken:
                break
            end += more.end()
        written = whole[match.start("name") : end]
        name = written if capital else written.title()
        if name not in names:
            names.append(name)
        at = end
    return names


def read_count(folded: str) -> int | None:
    """How many at most: "no máximo 5", "até 5 clientes", "top 3"."""
    found = _AT_MOST.search(folded) or _SO_MANY.search(folded)
    return int(next(group for group in found.groups() if group)) if found else None


def _clock(hour: str, minute: str | None) -> str | None:
    value = int(hour)
    # A shop is open by day: "das 2 às 4" is in the afternoon.
    if not hour.startswith("0") and 1 <= value <= 6:
        value += 12
    return f"{value:02d}:{minute or '00'}" if value < 24 else None
