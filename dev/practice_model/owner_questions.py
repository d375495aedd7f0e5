"""The owner's questions about the business: which tool answers, for which period."""

import re

from pydantic import JsonValue

from dev.practice_model import owner_tools as tools
from dev.practice_model import owner_wording as wording
from dev.practice_model.decision import Call, Decision, Say, Use
from dev.practice_model.owner_periods import is_unread_period, read_one_day, read_period
from dev.practice_model.owner_readings import read_count
from dev.practice_model.owner_said import Said
from dev.practice_model.portuguese import fold

_AI = r"(?:assistente|ia|robo|bot|atendimento automatico|client ai)"
_TOPICS = {
    tools.WAITING: (
        r"(?:esperando|aguardando|na fila|parad[oa]s?|pendentes?|esperam?|aguardam?)\b.{0,40}"
        r"\b(?:pessoa|atendente|conversas?|respostas?|humano)",
        r"conversas? (?:esperando|aguardando|parad\w+|pendentes?|em espera|na fila)",
        r"(?:clientes?|quem|alguem) (?:esta |ta |estao |tem )?(?:esperando|aguardando|na fila)",
    ),
    tools.INACTIVE: (
        r"inativ[oa]s?|sumid[oa]s?|sumiram|sumiu|desaparec\w+|perdid[oa]s|ha mais de \d+ dias",
        r"(?:clientes?|quem) .{0,30}\bnao (?:vem|voltam?|vieram|voltaram|veio|voltou|aparecem?)",
    ),
    tools.ASSISTANT: (
        rf"{_AI}\b.{{0,40}}\b(?:foi|vai|esta|indo|cust\w+|gastou|respondeu|atendeu|resolveu|marcou|fez|trabalh\w+)",
        rf"(?:como|quanto|quantas?|desempenho|custo|resultado|relatorio)\b.{{0,30}}\b{_AI}",
    ),
    tools.NO_SHOWS: (
        r"falt(?:as?|ou|aram)|no[- ]?shows?|furos?|furaram|bolos?",
        r"nao (?:vieram|veio|compareceram|compareceu)",
    ),
    tools.CUSTOMERS: (
        r"clientes? nov[oa]s?|nov[oa]s clientes?|recorrentes|primeira vez",
        r"clientes? (?:que )?(?:voltaram|retornaram|fieis|antigos)",
    ),
    tools.TOP_SERVICES: (
        r"servicos? (?:que )?(?:mais|campe\w+)|mais (?:vendid|feit|procurad|pedid|sai|vende)\w*",
        r"top \d*\s?(?:servicos)?|o que mais (?:sai|vend\w+|fiz\w*)|campe\w+ de venda",
    ),
    tools.OCCUPANCY: (
        r"ocupac\w+|ocupad[oa]s?|lotad[oa]s?|ocios[oa]s?|agenda (?:chei|vazi)\w+",
        r"horarios? (?:de pico|vazi[oa]s?|mais (?:chei|vazi|procurad)\w+)",
    ),
    tools.REVENUE: (
        r"fatur\w+|receita|vendas|vendi|caixa|dinheiro|entradas",
        r"(?:quanto|o que) (?:a loja |eu |a gente )?(?:vou |vai |vamos )?(?:entr|ganh|receb|fiz|faz|rend|perd)\w*",
    ),
    tools.ATTENDANCE: (
        r"quant[oa]s? (?:clientes?|pets?|servicos|banhos|consultas|tosas|atendimentos|animais)",
        r"atendi\w*|atendemos|atendeu|resumo|relatorio|movimento|numeros|balanco",
        r"como (?:foi|esta|ta|vai|foram) (?:(?:o|a|as|os) )?(?:dia|semana|mes|loja|hoje|ontem|coisas|negocio)",
    ),
    tools.AGENDA: (
        r"agenda|quem (?:vem|tem|vai vir|esta marcad\w+)|agendamentos|marcad[oa]s|horarios de",
        r"o que (?:tem|temos) (?:para )?(?:hoje|amanha)",
    ),
}
_PATTERNS = tuple((tool, re.compile(rf"\b(?:{'|'.join(ways)})\b")) for tool, ways in _TOPICS.items())
_PROFIT = re.compile(r"\b(?:lucr\w+|prejuizo|margem)\b")
_OF_MORE_DAYS = re.compile(r"\b(?:semana|mes|ano)\b")
_DID_NOT_COME = re.compile(r"\bnao (?:vieram|veio|compareceram|compareceu|apareceu|apareceram)\b")
_A_DAY = re.compile(
    r"\b(?:ontem|anteontem|hoje|dia \d+|\d+/\d+|(?:est?a|nest?a|na|essa) semana|semana passada"
    r"|segunda|terca|quarta|quinta|sexta|sabado|domingo)\b"
)
_CHART = re.compile(r"\b(?:graficos?|imagem|desenh\w+|chart)\b")
_FOLLOW_UP = re.compile(r"^\W*(?:e|mas e|agora)?\b.{0,40}$")
_OTHER_SHOP = re.compile(
    r"\boutr[oa]s? (?:lojas?|pet ?shops?|unidades?|filia\w+)\b|\b(?:d?[ao]s?|n[ao]s?) (?:concorren\w+|vizinh[oa])\b"
)
_COMPARED = re.compile(r"\b(?:compar\w+|em relacao|versus|vs|diferenca|melhor|pior|mais que|menos que|do que)\b")
_DAYS = re.compile(r"\b(?:ha|mais de|de|a) (?:mais de )?(\d{1,3}) dias\b")


def read_question(said: Said) -> Decision | None:
    """The tool that answers, or what is not known; None where it asks nothing the rules know."""
    text = fold(said.answer)
    if _PROFIT.search(text):
        return Say(wording.PROFIT)
    topic = topic_of(text)
    if topic is None:
        period = read_period(text, said.today)
        if not period or not _FOLLOW_UP.search(text):
            return None
        topic = _topic_before(said)
        if topic is None or topic in (tools.WAITING, tools.INACTIVE):
            return None
    if topic == tools.AGENDA and read_one_day(text, said.today) is None:
        if is_unread_period(text, said.today) or _OF_MORE_DAYS.search(text):
            return Say(wording.ONE_DAY)
    elif topic not in (tools.WAITING, tools.INACTIVE, tools.AGENDA) and is_unread_period(text, said.today):
        return Say(wording.WHICH_PERIOD)
    return Use((Call(topic, _arguments(topic, text, said)),))


def is_of_other_shop(said: Said) -> bool:
    """Whether the figures of somebody else's shop are asked for."""
    return bool(_OTHER_SHOP.search(fold(said.answer)))


def is_compared(said: Said) -> bool:
    """Whether the period before is asked for, too."""
    return bool(_COMPARED.search(fold(said.answer)))


def topic_of(folded: str) -> str | None:
    """The tool a text is about."""
    if _CHART.search(folded):
        return tools.CHART
    if _DID_NOT_COME.search(folded) and _A_DAY.search(folded):
        return tools.NO_SHOWS
    return next((tool for tool, pattern in _PATTERNS if pattern.search(folded)), None)


def _topic_before(said: Said) -> str | None:
    topics = (topic_of(fold(line.text)) for line in reversed(said.conversation.past))
    return next((topic for topic in topics if topic), None)


def _arguments(topic: str, text: str, said: Said) -> dict[str, JsonValue]:
    arguments: dict[str, JsonValue] = {}
    if topic == tools.AGENDA:
        day = read_one_day(text, said.today)
        return {"day": (day or said.today).isoformat()}
    if topic == tools.INACTIVE:
        if (days := _DAYS.search(text)) is not None:
            arguments["days"] = int(days[1])
        if (limit := read_count(text)) is not None:
            arguments["limit"] = limit
        return arguments
    if topic == tools.WAITING:
        return {}
    if topic == tools.CHART:
        arguments["kind"] = "occupancy" if topic_of(_CHART.sub(" ", text)) == tools.OCCUPANCY else "revenue"
    if topic == tools.TOP_SERVICES and (limit := read_count(text)) is not None:
        arguments["limit"] = limit
    period = read_period(text, said.today)
    return arguments | (period or {"period": "this_week" if topic == tools.CHART else "today"})
