"""What a customer's messages are about, beyond the wish to book."""

import re
from enum import StrEnum

_GREETING = (
    r"oi+|ola+|opa|e ai|eai|hey|alo|bom dia|boa tarde|boa noite|tudo (?:bem|bom|certo|joia)|td bem|como vai|beleza"
)
_THANKS = r"(?:muito )?obrigad[oa]s?|brigad[oa]|valeu|vlw|agradeco|tchau|ate (?:mais|logo|amanha|la)|abracos?|so isso"
_YES = (
    r"sim|isso|isso mesmo|isso ai|claro|pode|pode ser|pode sim|quero|quero sim|por favor|ok|okay|blz|beleza|certo|"
    r"com certeza|confirmo|confirmado|confirma|pode confirmar|fechado|combinado|perfeito|otimo|bora|vamos|vou sim|"
    r"ta bom|ta otimo|ta certo|aceito|serve|me serve|aham|uhum|s"
)
_NO = r"nao|nao quero|nao precisa|agora nao|melhor nao|nao posso|nao da|nao vai dar|nao serve|deixa|deixa pra la|n"
_THUMBS = re.compile("[\U0001f44d\u2705\U0001f44c]")
_FILLER = r"[\s,.!?:;)(-]|entao|ta|tambem|mesmo|[^\x00-\x7f]"

_SOMEBODY = (
    r"(?:atendente|pessoa|human[oa]|alguem|gente|funcionari[oa]|veterinari[oa]|don[oa]|gerente|responsavel|equipe)"
)
_ARTICLE = r"(?:(?:um|uma|o|a|algum|alguma|outro|outra) )?"
_PERSON = re.compile(
    rf"\b(?:falar|conversar|conversa|atendid[oa]|atendimento|ajuda) (?:direto |logo )?(?:com|por|de|pel[oa]) "
    rf"{_ARTICLE}{_SOMEBODY}\b"
    r"|\bfalar com .{0,20}(?:atendente|pessoa|human[oa])\b|\b(?:atendente|pessoa) (?:human[oa]|real|de verdade)\b"
    r"|\b(?:chama|chame|quero|preciso de|me passa (?:para|pra)|transfer(?:e|ir) (?:para|pra)) "
    rf"{_ARTICLE}(?:atendente|human[oa]|pessoa|alguem|gerente)\b|^(?:atendente|humano)\W*$"
)
_REFUSED_PERSON = re.compile(r"\bnao (?:quero|preciso|precisa)(?: mais)? (?:falar|conversar|de|chamar|um|uma)\b")
_EMERGENCY = re.compile(
    r"\b(?:sangrando|sangramento|hemorragia|(?:perdendo|vomitando) sangue|envenenad[oa]s?|veneno|intoxicad[oa]|"
    r"convuls\w+|nao (?:esta |ta )?(?:respira|respirando|conseguindo respirar)|nao consegue respirar|sem respirar|"
    r"falta de ar|atropelad[oa]|atropelaram|desmai\w+|engasg\w+|inconsciente|desacordad[oa]|morrendo|"
    r"picad[oa] (?:de|por) (?:cobra|escorpiao|aranha)|emergencia|urgencia)\b"
)
_NO_EMERGENCY = re.compile(
    r"\bnao (?:e|eh|foi) (?:uma |um caso de |nenhuma )?(?:emergencia|urgencia)\b|\batendem? (?:emergencia|urgencia)s?\b"
)
_COMPLAINT = re.compile(
    r"\b(?:reclamacao|reclamar|pessim[oa]|absurdo|procon|processar voces|advogad[oa]|machucaram|maltrat\w+|"
    r"decepcionad[oa]|horrivel|indignad[oa]|nunca mais (?:volto|piso)|quero meu dinheiro|reembolso)\b"
)
_TRICK = re.compile(
    r"\b(?:ignor\w+|esquec\w+|desconsider\w+|disregard|forget)\b.{0,40}"
    r"\b(?:instruc\w+|regras?|anterior\w*|instructions?|rules|prompt)\b"
    r"|\bprompt\b|\bsystem message\b|\bmodo (?:desenvolvedor|dev|admin)\b|\bjailbreak\b|\bfinja (?:que|ser)\b"
)
_OTHERS_DATA = re.compile(
    r"\b(?:dados?|telefones?|numeros?|enderecos?|cadastros?|nomes?|lista|agenda|pets?|agendamentos?|conversas?)\b.{0,40}"
    r"\b(?:outr[oa]s? (?:clientes?|pessoas?|don[oa]s?|tutor(?:es)?)|(?:d?[oa]s|todos os|demais) clientes|vizinh[oa])\b"
)
_MACHINE = r"(?:robo|bot|ia|inteligencia artificial|human[oa]|pessoa|maquina|gente)"
_IDENTITY = re.compile(
    rf"\b(?:voce|vc|tu|isso|isto|aqui) (?:e|eh) (?:mesmo )?{_ARTICLE}{_MACHINE}\b"
    rf"|\b(?:estou|to) falando com {_ARTICLE}{_MACHINE}\b|\bquem (?:e|eh) voce\b"
)
_PRICE = re.compile(
    r"\b(?:quanto (?:custa|e|eh|fica|sai|cobra|cobram|ta|esta)|qual (?:o|e o) (?:valor|preco)|precos?|valor(?:es)?|"
    r"tabela)\b"
)
_SERVICES = re.compile(
    r"\b(?:quais|que) (?:sao )?(?:os )?servicos\b|\bo que voces (?:fazem|oferecem)\b|\blista de servicos\b"
)
_BOOKING = re.compile(
    r"\b(?:agend\w+|marc(?:ar|a|o|ando|amos)|reserv\w+|horarios?|vagas?|encaix\w+|disponib\w+|disponivel)\b"
)


class Intent(StrEnum):
    """The subjects the rules know, each read on its own: a message may have several."""

    GREETING = "greeting"
    THANKS = "thanks"
    YES = "yes"
    NO = "no"
    PERSON = "person"
    EMERGENCY = "emergency"
    COMPLAINT = "complaint"
    TRICK = "trick"
    OTHERS_DATA = "others_data"
    IDENTITY = "identity"
    PRICE = "price"
    SERVICES = "services"
    BOOKING = "booking"


REFUSED = frozenset((Intent.TRICK, Intent.OTHERS_DATA))
"""What a customer is told cannot be."""

_WHOLE = {
    Intent.GREETING: _GREETING,
    Intent.THANKS: rf"{_THANKS}|{_GREETING}|{_YES}|{_NO}",
    Intent.YES: rf"{_YES}|{_GREETING}|{_THANKS}",
    Intent.NO: rf"{_NO}|{_THANKS}",
}
_WHOLE_PATTERNS = {intent: re.compile(rf"(?:\b(?:{pattern})\b|{_FILLER})*") for intent, pattern in _WHOLE.items()}
_NEEDED = {
    Intent.GREETING: re.compile(rf"\b(?:{_GREETING})\b"),
    Intent.THANKS: re.compile(rf"\b(?:{_THANKS})\b"),
    Intent.YES: re.compile(rf"^\W*(?:{_YES})\b"),
    Intent.NO: re.compile(rf"^\W*(?:{_NO})\b"),
}
_SOMEWHERE = {
    Intent.COMPLAINT: _COMPLAINT,
    Intent.TRICK: _TRICK,
    Intent.OTHERS_DATA: _OTHERS_DATA,
    Intent.IDENTITY: _IDENTITY,
    Intent.PRICE: _PRICE,
    Intent.SERVICES: _SERVICES,
    Intent.BOOKING: _BOOKING,
}


def read_intents(folded: str) -> frozenset[Intent]:
    """What a folded text is about; greeting, thanks, yes and no only when it says nothing else."""
    found = {intent for intent, pattern in _SOMEWHERE.items() if pattern.search(folded)}
    found |= {intent for intent in _WHOLE if _is_whole(folded, intent)}
    if is_yes(folded):
        found.add(Intent.YES)
    if _PERSON.search(folded) and not _REFUSED_PERSON.search(folded) and Intent.IDENTITY not in found:
        found.add(Intent.PERSON)
    if _EMERGENCY.search(_NO_EMERGENCY.sub(" ", folded)) and Intent.PRICE not in found:
        found.add(Intent.EMERGENCY)
    return frozenset(found)


def is_yes(folded: str) -> bool:
    """Whether a text is a yes, and nothing else."""
    return _is_whole(folded, Intent.YES) or (len(folded) <= 8 and bool(_THUMBS.search(folded)))


def is_no(folded: str) -> bool:
    """Whether a text is a no, and nothing else."""
    return _is_whole(folded, Intent.NO)


def _is_whole(folded: str, intent: Intent) -> bool:
    # The patterns backtrack: what is longer than a nod is not one, and is not tried.
    return (
        len(folded) <= 80 and bool(_NEEDED[intent].search(folded)) and bool(_WHOLE_PATTERNS[intent].fullmatch(folded))
    )
