"""What a model may not say: that something was done which no row supports.

A language model says "agendado!" because the sentence is likely, not because a booking exists. Before a reply is sent,
every sentence that claims a booking or a hand-over is held against what the tools really did. The rules are cautious:
questions, conditions, negations, offers and general statements are no claims.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

from domain.bookings import BookingFacts
from domain.conversation import Audience
from domain.frozen import Frozen
from domain.texts import folded


class ClaimKind(StrEnum):
    """What was claimed without support."""

    BOOKING = "booking"
    HANDOVER = "handover"


class UnsupportedClaim(Frozen):
    """A claim to be taken back; `sentence` is the model's."""

    kind: ClaimKind
    sentence: str

    def correction(self) -> str:
        """What the model is told before it is asked again. Portuguese, since it joins a Portuguese prompt."""
        if self.kind is ClaimKind.BOOKING:
            return (
                "CORREÇÃO: você afirmou um agendamento que não existe no sistema. Nada foi agendado agora. Não diga que "
                "está agendado, marcado ou confirmado sem antes chamar book_appointment e receber ok. Responda de novo, "
                "com a verdade."
            )
        return (
            "CORREÇÃO: você disse que uma pessoa vai assumir, mas ninguém foi chamado. Só diga isso depois de chamar "
            "escalate_to_human e receber ok. Responda de novo, com a verdade."
        )


# All patterns below read folded text: no capitals, no accents, no punctuation.
_WEEKDAY = r"(segunda|terca|quarta|quinta|sexta|sabado|domingo)( feira)?"
_DAY = rf"(hoje|amanha|depois de amanha|{_WEEKDAY}|dia \d\w*)"
_WHEN = rf"((n[oa]|a partir das) )?({_DAY}|as \d\w*)"
_VISIT = r"(agendamentos?|horarios?|consultas?|banhos?|tosas?|vagas?|vacinas?|vacinacao|visitas?|lugar|retorno|exames?)"
_THE = r"((o|a|seu|sua|esse|essa) )?"
_SOMEBODY = (
    r"((uma?|o|a|nosso|nossa|algum|alguma|outr[oa]) )?(pessoas?|atendentes?|equipe|time|alguem|human[oa]s?|colegas?"
    r"|gerente|responsavel|recepcao|recepcionista|veterinari[oa]s?|setor|suporte)"
)
_IN_AGENDA = r"(na|na nossa|em nossa) agenda"

_DID_BOOK = re.compile(
    r"\b((re)?agendei|(re)?marquei|reservei"
    rf"|confirmei {_THE}({_VISIT}|pra voce|para voce)"
    rf"|(coloquei|inclui|encaixei|anotei|botei|deixei|lancei|registrei) .{{0,40}}\b{_IN_AGENDA}"
    rf"|(anotei|registrei|fechei|garanti) .{{0,40}}\b{_WHEN}"
    rf"|(garanti|fechei|encaixei|consegui encaixar) {_THE}({_VISIT}|voce))\b"
)
_IS_BOOKED = re.compile(
    r"\b((re)?agendad[oa]s?|(re)?marcad[oa]s?|reservad[oa]s?|confirmad[oa]s?"
    rf"|{_VISIT} ((d[oae]|para|pra) .{{1,40}} )?((ja )?(esta|ta|foi|ficou) )?"
    r"(garantid|feit|realizad|concluid|fechad|efetuad)[oa]s?"
    r"|(esta|ta|estao|ficou) (tudo )?(certo|certinho|combinado|fechado|garantid[oa]|acertado|pronto|ok) "
    rf".{{0,25}}{_WHEN}"
    rf"|(esta|ta|estao|entrou|ficou) (aqui )?{_IN_AGENDA}"
    rf"|ficou (para|pra) {_WHEN}"
    rf"|(te|lhe) (espero|esperamos|aguardo|aguardamos) {_WHEN}"
    rf"|(espero|esperamos|aguardo|aguardamos|esperando) (por )?((o|a) )?\w+ {_WHEN}"
    rf"|(combinado|fechado|ate) (entao )?{_DAY}( entao)? as \d\w*)\b"
)
_CALLED = re.compile(
    r"\b(vou (te |lhe )?(transferir|encaminhar|passar|direcionar) (voce |(o |seu |esse )?(atendimento|caso|contato) )?"
    rf"(agora |ja )?(mesmo )?(para|pra|pro|a|ao) {_SOMEBODY}"
    rf"|(vou|estou) (ja |agora )?(chamar|chamando|acionar|acionando|avisar|avisando) {_SOMEBODY}"
    r"|estou (te )?(transferindo|encaminhando|direcionando)"
    rf"|(chamei|avisei|acionei|notifiquei|passei) .{{0,40}}{_SOMEBODY}|ja (chamei|avisei|acionei)"
    r"|transferi|encaminhei|direcionei"
    r"|(foi|esta sendo|sera) (transferid|encaminhad|direcionad)[oa]"
    rf"|{_SOMEBODY} (d[aoe] \w+ )?((ja )?foi (avisad|chamad|acionad|notificad)[oa]|(ja )?esta (a caminho|vindo|chegando))"
    rf"|{_SOMEBODY} (d[aoe] \w+ )?(ja )?(vai|ira|deve) (ja |logo |em breve )?(te |lhe )?"
    r"(atender|assumir|responder|continuar|chamar|falar com voce|entrar em contato|dar continuidade|ajudar))\b"
)

# In the clause of the claim, before its end: no claim, or not of what was done.
_NOT_DONE = re.compile(
    r"\b(nao|nem|nenhum|nenhuma|ninguem|nunca|ainda|posso|podemos|poderia|poderiamos|consigo|quer|quero|queria|gostaria"
    r"|deseja|prefere|precisa|preciso|(para|pra) (eu )?(agendar|marcar|reservar|confirmar|ficar|deixar|garantir)"
    r"|pode (ser|ficar)|sera|seria|ficaria|deve ser|so (e|fica|sera)|falta|que tal"
    r"|com (hora|horario) (previamente )?(agendad|marcad)[oa])\b"
)
# A condition holds for the rest of the sentence, wherever the claim is.
_CONDITION = re.compile(
    r"(^|\b(e|mas|ou|entao|ai|que|so) )(se|caso|quando|assim que|logo que|depois (de|que)|antes de|apos|(para|pra) que)\b"
)
_NO_CONDITION = re.compile(r"\b(nao )?(precisa )?se (preocup\w+|apress\w+)")
# After the claim: somebody else's, or a rule of the house.
_OTHERS = re.compile(
    r"^ (por|para|pra) outr|^ (podem|devem|precisam|pode ser|deve ser|tem que|sao|com ate)\b|^ com antecedencia"
)
_TAKEN = re.compile(
    r"\b(ess[ea]|est[ea]|aquel[ea]|[oa]) (horario|vaga|dia)( d[aeo]s?( \d+){1,2}h?| d[aeo]s? \d+h\d*)? (ja )?"
    r"(esta|foi|ficou) (todo )?(reservad|agendad|marcad)[oa]$"
)
_OTHER_THINGS = re.compile(r"\b(cadastro|nome|raca|idade|pagamento|endereco|telefone|dados|pedido|pix)\b")
_BOOKABLE = re.compile(rf"\b({_VISIT}|agenda)\b")
_FOR_US = re.compile(r" ((para|pra) (voce|o|a|seu|sua)|seu|sua|no seu nome|em seu nome)\b")
_TAG = re.compile(
    r",?\s*(ok|okay|tá|tá bom|tá certo|tudo bem|certo|combinado|né|viu|beleza|pode ser)\s*\?$", re.IGNORECASE
)

_CLOCK = re.compile(
    r"\b(\d{1,2})(?:[:h](\d{2})?\b|\s?h(?:rs?|oras?)?\b)|(?<=[àa]s )(\d{1,2})\b(?![:/h\d])", re.IGNORECASE
)
_OPEN_FROM_TO = re.compile(r"\bd[ae]s?\s+\d{1,2}[:h]?\d{0,2}\s*(?:às|as|a|até)\s+\d{1,2}[:h]?\d{0,2}", re.IGNORECASE)
_DATE = re.compile(r"\b(\d{1,2})/(\d{1,2})\b")
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
_CLAUSE = re.compile(r"[,;()—–]|\b(?:mas|porém|porque|pois)\b")


def unsupported_claim(
    text: str, *, bookings: Iterable[BookingFacts], handed_over: bool, audience: Audience = Audience.CUSTOMER
) -> UnsupportedClaim | None:
    """The first claim in `text` that nothing supports, or None.

    `bookings` are the rows the customer has (made in this turn or before); a booking claim that names a time or a date
    needs a booking at that time. `handed_over` says whether a person was really called. To an owner, who asks about
    everybody's bookings, only "I have booked" is a claim.
    """
    facts = tuple(bookings)
    for match in _SENTENCE.finditer(text):
        sentence = match[0].strip()
        asks = sentence.endswith("?")
        if asks and not _TAG.search(sentence):
            continue
        clauses = _clauses(sentence)
        if not asks and not handed_over and any(_claims(clause, _CALLED) for clause in clauses):
            return UnsupportedClaim(kind=ClaimKind.HANDOVER, sentence=sentence)
        booked = (_DID_BOOK,) if asks or audience is Audience.OWNER else (_DID_BOOK, _IS_BOOKED)
        if any(_claims(clause, pattern) for clause in clauses for pattern in booked) and not _supported(
            sentence, text, facts
        ):
            return UnsupportedClaim(kind=ClaimKind.BOOKING, sentence=sentence)
    return None


def _clauses(sentence: str) -> list[str]:
    """The sentence's clauses, folded, up to the first condition; joined where "amanhã, às 10h" goes on after a comma."""
    clauses: list[str] = []
    for part in _CLAUSE.split(sentence):
        clause = _NO_CONDITION.sub("", folded(part)).strip()
        if re.match(rf"{_WHEN}\b", clause) and clauses:
            clauses[-1] += f" {clause}"
        elif clause:
            clauses.append(clause)
        if _CONDITION.search(clause):
            break
    return clauses


def _claims(clause: str, pattern: re.Pattern[str]) -> bool:
    for found in pattern.finditer(clause):
        before, after = clause[: found.end()], clause[found.end() :]
        if _NOT_DONE.search(before) or _CONDITION.search(before) or _OTHERS.search(after):
            continue
        if _TAKEN.search(before) and not _FOR_US.search(after):
            continue
        if _OTHER_THINGS.search(before) and not _BOOKABLE.search(clause):
            continue
        return True
    return False


def _supported(sentence: str, text: str, facts: tuple[BookingFacts, ...]) -> bool:
    if not facts:
        return False
    named = _times(sentence) or _times(text)
    days = {(int(day), int(month)) for day, month in _DATE.findall(sentence)}
    return any(
        (not named or (fact.start.hour, fact.start.minute) in named)
        and (not days or (fact.start.day, fact.start.month) in days)
        for fact in facts
    )


def _times(text: str) -> set[tuple[int, int]]:
    """The times of day that are named, opening hours ("das 9h às 18h") left out."""
    found = _CLOCK.finditer(_OPEN_FROM_TO.sub("", text))
    return {(int(match[1] or match[3]), int(match[2] or 0)) for match in found}


def with_confirmations(text: str, confirmations: list[str]) -> str:
    """The reply after bookings were made: the model's own words, if they state no facts, then the rows' confirmations.

    The model is told not to repeat date, time and price; where it does all the same its lines with figures are dropped,
    so that nothing can contradict the row.
    """
    if not confirmations:
        return text
    lines = [line for line in text.splitlines() if not re.search(r"\d", line)]
    words = "\n".join(lines).strip()
    return "\n\n".join([words, *confirmations] if words else confirmations)
