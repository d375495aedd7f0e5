"""The Portuguese by which a booking or a hand-over is claimed, denied, offered or made conditional."""

import re

# All patterns below read folded text: no capitals, no accents, no punctuation.
_WEEKDAY = r"(segunda|terca|quarta|quinta|sexta|sabado|domingo)( feira)?"
_DAY = rf"(hoje|amanha|depois de amanha|{_WEEKDAY}|dia \d\w*)"
WHEN = rf"((n[oa]|a partir das) )?({_DAY}|as \d\w*)"
_VISIT = r"(agendamentos?|horarios?|consultas?|banhos?|tosas?|vagas?|vacinas?|vacinacao|visitas?|lugar|retorno|exames?)"
_THE = r"((o|a|seu|sua|esse|essa) )?"
_SOMEBODY = (
    r"((uma?|o|a|nosso|nossa|algum|alguma|outr[oa]) )?(pessoas?|atendentes?|equipe|time|alguem|human[oa]s?|colegas?"
    r"|gerente|responsavel|recepcao|recepcionista|veterinari[oa]s?|setor|suporte)"
)
_IN_AGENDA = r"(na|na nossa|em nossa) agenda"

DID_BOOK = re.compile(
    r"\b((re)?agendei|(re)?marquei|reservei"
    rf"|confirmei {_THE}({_VISIT}|pra voce|para voce)"
    rf"|(coloquei|inclui|encaixei|anotei|botei|deixei|lancei|registrei) .{{0,40}}\b{_IN_AGENDA}"
    rf"|(anotei|registrei|fechei|garanti) .{{0,40}}\b{WHEN}"
    rf"|(garanti|fechei|encaixei|consegui encaixar) {_THE}({_VISIT}|voce)"
    r"|acabei de ((re)?agendar|(re)?marcar|reservar|confirmar)"
    r"|(mudei|alterei|troquei|passei|adiantei|antecipei|adiei|movi|transferi) "
    rf"(.{{0,40}} )?((para|pra|pro) (as? )?)?{WHEN}"
    rf"|(mudei|alterei|troquei|adiantei|antecipei|adiei|movi|transferi) {_THE}{_VISIT})\b"
)
IS_BOOKED = re.compile(
    r"\b((re)?agendad[oa]s?|(re)?marcad[oa]s?|reservad[oa]s?|confirmad[oa]s?"
    rf"|{_VISIT} ((d[oae]|para|pra) .{{1,40}} )?((ja )?(esta|ta|foi|ficou) )?"
    r"(garantid|feit|realizad|concluid|fechad|efetuad)[oa]s?"
    r"|(esta|ta|estao|ficou) (tudo )?(certo|certinho|combinado|fechado|garantid[oa]|acertado|pronto|ok) "
    rf".{{0,25}}{WHEN}"
    rf"|(esta|ta|estao|entrou|ficou) (aqui )?{_IN_AGENDA}"
    rf"|ficou (para|pra) {WHEN}"
    rf"|(te|lhe) (espero|esperamos|aguardo|aguardamos) {WHEN}"
    rf"|(espero|esperamos|aguardo|aguardamos|esperando) (por )?((o|a) )?\w+ {WHEN}"
    rf"|{_VISIT} (.{{1,40}} )?(mudad|alterad|trocad|transferid|adiad|antecipad|adiantad)[oa] (para|pra) (as? )?{WHEN}"
    rf"|(combinado|fechado|ate) (entao )?{_DAY}( entao)? as \d\w*)\b"
)
DID_CANCEL = re.compile(
    r"\b(cancelei|desmarquei|acabei de (cancelar|desmarcar)|estou (cancelando|desmarcando)"
    rf"|(tirei|retirei|removi|exclui|liberei) (.{{0,40}} )?(da (nossa )?agenda|{_THE}({_VISIT})))\b"
)
IS_CANCELLED = re.compile(
    r"\b((cancelad|desmarcad)[oa]s?"
    r"|cancelamento ((d[oae]|para|pra) .{1,40} )?((ja )?(esta|ta|foi|ficou) )?"
    r"(feit|realizad|concluid|confirmad|efetuad)o)\b"
)
CALLED = re.compile(
    r"\b(vou (te |lhe )?(transferir|encaminhar|passar|direcionar) (voce |(o |seu |esse )?(atendimento|caso|contato) )?"
    rf"(agora |ja )?(mesmo )?(para|pra|pro|a|ao) {_SOMEBODY}"
    rf"|(vou|estou) (ja |agora )?(chamar|chamando|acionar|acionando|avisar|avisando) {_SOMEBODY}"
    r"|estou (te )?(transferindo|encaminhando|direcionando)"
    rf"|(chamei|avisei|acionei|notifiquei|passei) .{{0,40}}{_SOMEBODY}|ja (chamei|avisei|acionei)"
    rf"|transferi(?! {_THE}{_VISIT})|encaminhei|direcionei"
    rf"|(foi|esta sendo) (transferid|encaminhad|direcionad)[oa](?! (para|pra) (as? )?{WHEN})"
    rf"|{_SOMEBODY} (d[aoe] \w+ )?(ja )?foi (avisad|chamad|acionad|notificad)[oa]"
    rf"|{_SOMEBODY} (d[aoe] \w+ )?(ja )?esta (a caminho|vindo|chegando)"
    rf"|{_SOMEBODY} (d[aoe] \w+ )?(ja )?(vai|ira|deve) (ja |logo |em breve )?(te |lhe )?"
    r"(atender|assumir|responder|continuar|chamar|falar com voce|entrar em contato|dar continuidade|ajudar))\b"
)

# In the clause of the claim, before its end: no claim, or not of what was done.
NOT_DONE = re.compile(
    r"\b(nao|nem|nada|nenhum|nenhuma|ninguem|nunca|ainda|posso|podemos|poderia|poderiamos|consigo|quer|quero|queria|gostaria"
    r"|deseja|prefere|precisa|preciso|(para|pra) (eu )?(agendar|marcar|reservar|confirmar|ficar|deixar|garantir)"
    r"|outr[oa]s? (pets?|clientes?|cachorr\w+|gat\w+|pessoas?)"
    r"|pode(m|ria|riam)? (ser|ficar)|sera|seria|ficaria|deve ser|so (e|fica|sera)|falta|que tal"
    r"|com (hora|horario) (previamente )?(agendad|marcad)[oa])\b"
)
# A condition holds for the rest of the sentence, wherever the claim is.
CONDITION = re.compile(
    r"(^|\b(e|mas|ou|entao|ai|que|so) )"
    r"(se|caso|quando|assim que|logo que|depois (de(?! amanha)|que)|antes de|apos|(para|pra) que)\b"
)
NO_CONDITION = re.compile(r"\b(nao )?(precisa )?se (preocup\w+|apress\w+)")
# After the claim: somebody else's, or a rule of the house.
OTHERS = re.compile(
    r"^ (por|para|pra) outr"
    r"|^ (podem|devem|precisam|pode ser|deve ser|tem que|sao|voltam|ficam|com (ate|menos de|mais de))\b"
    r"|^ com( \d+h?)? (de )?antecedencia"
)
# A place in the agenda that another customer gave back.
SOMEBODY_ELSES = re.compile(
    r"\b(uma?|outr[oa]|alguma?) (horario|vaga|agendamento|consulta|banho|tosa|cliente|pessoa)\b.{0,40}$"
)
TAKEN = re.compile(
    r"\b(ess[ea]|est[ea]|aquel[ea]|[oa]) (horario|vaga|dia)( d[aeo]s?( \d+){1,2}h?| d[aeo]s? \d+h\d*)? (ja )?"
    r"(esta|foi|ficou) (todo )?(reservad|agendad|marcad)[oa]$"
)
OTHER_THINGS = re.compile(r"\b(cadastro|nome|raca|idade|pagamento|endereco|telefone|dados|pedido|pix)\b")
BOOKABLE = re.compile(rf"\b({_VISIT}|agenda)\b")
FOR_US = re.compile(r" ((para|pra) (voce|o|a|seu|sua)|seu|sua|no seu nome|em seu nome)\b")
TAG = re.compile(
    r",?\s*(ok|okay|tá|tá bom|tá certo|tudo bem|certo|combinado|né|viu|beleza|pode ser)\s*\?$", re.IGNORECASE
)

CLOCK = re.compile(
    r"\b(\d{1,2})(?:[:h](\d{2})?\b|\s?h(?:rs?|oras?)?\b)|(?<=[àa]s )(\d{1,2})\b(?![:/h\d])", re.IGNORECASE
)
OPEN_FROM_TO = re.compile(r"\bd[ae]s?\s+\d{1,2}[:h]?\d{0,2}\s*(?:às|as|a|até)\s+\d{1,2}[:h]?\d{0,2}", re.IGNORECASE)
DATE = re.compile(r"\b(\d{1,2})/(\d{1,2})\b")
SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
CLAUSE = re.compile(r"[,;()—–]|\b(?:mas|porém|porque|pois)\b")
