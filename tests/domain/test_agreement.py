"""What customers agreed to, in the Portuguese they type: every doubt stays a doubt."""

import time
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.agreement import Reading, answer_to_question, chosen_start, names_time
from domain.agreement_words import LEXICON, LONGEST_PHRASE

SHOP = ZoneInfo("America/Sao_Paulo")
TODAY = date(2026, 11, 23)  # a Monday


def at(hour: int, minute: int = 0, *, day: int = 24) -> datetime:
    """A start in the shop's time; by default on the Tuesday after `TODAY`."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHOP)


ABOUT = at(10)

YES = [
    "sim", "Sim!", "SIM", "simmm", "siiim", "s", "ss", "S", "sim sim", "sim, por favor", "Sim, obrigada!", "sin",
    "isso", "isso mesmo", "issooo", "Isso aí", "é isso mesmo", "exatamente", "pode", "pode sim", "Pode ser",
    "pode ser sim", "pode confirmar", "Pode confirmar por favor", "pode marcar", "pode agendar sim",
    "pode marcar então",
    "pode remarcar", "claro", "claro, pode", "com certeza", "ctz", "confirmo", "Confirmado",
    "confirmo sim", "ok", "okk", "Ok, obrigado", "okay", "blz", "Beleza", "beleza, pode marcar", "fechado", "Fechou!",
    "perfeito", "Perfeitooo", "ótimo", "otimo!!", "combinado", "quero", "quero sim", "Quero!", "bora", "bora marcar",
    "vamos", "vamos sim", "aceito", "tá bom", "ta bom", "ta otimo", "td certo", "tudo certo", "tudo ok", "certo",
    "certinho", "positivo", "👍", "👍🏽", "👌", "✅", "✔️", "👍👍👍", "uhum", "aham", "estarei aí", "Estarei aí sim",
    "vou sim", "estaremos lá", "vou", "Sem problema", "sem problemas", "não tem problema", "Não tem problema nenhum",
    "nenhum problema", "sem problema, pode marcar", "não precisa de mais nada, pode confirmar", "Por que não? Pode!",
    "oi, tudo bem? pode confirmar sim", "Bom dia! Sim", "Boa tarde, tudo bem? Confirmo!", "tudo bem, pode ser",
    "pode confirmar, tá?", "pode marcar o banho do Thor", "confirmo a consulta da Mel", "pode marcar pro Bob Marley",
    "sim, ele tá com saudade", "sim. O nome dele é Rex e ele é um Golden de 3 anos", "sim, ela tem 4 kg",
    "sim kkkkk", "sim 🙏", "pode 🙏", "vou levar ele", "vou levar o Thor", "show", "maravilha", "pode sim 😊",
    "s, pode marcar", "pd ser", "pd confirmar", "sim, pode confirmar!", "Sim\nobrigada", "tá",
    "não vejo a hora, pode confirmar", "SIM, PODE MARCAR", "posso sim", "de acordo", "vamos estar aí", "sem falta!",
]  # fmt: skip
NO = [
    "não", "Não", "nao", "n", "N", "naum", "nãooo", "não, obrigada", "Não, obrigado!", "nao quero",
    "não posso", "nao posso ir",
    "não vou poder", "Não vou poder ir", "nao vou conseguir", "vou não", "quero não", "melhor não", "deixa pra lá",
    "deixa pra la", "desisto", "desisti", "cancela", "Cancela por favor", "pode cancelar", "desmarca",
    "quero cancelar",
    "agora não", "claro que não", "de jeito nenhum", "👎", "❌", "negativo", "mudei de ideia", "esquece", "nem pensar",
    "não, prefiro às 11h", "não dá", "hoje não", "não vou poder, dá pra remarcar?", "n posso", "nunca",
    "amanhã não posso",
    "às 10 não", "não precisa", "oi, não vou poder ir amanhã", "fica pra próxima", "não confirmo",
]  # fmt: skip
UNCLEAR = [
    "", " ", "...", "?", "🙏", "😊", "🤔", "oi", "Bom dia", "bom dia, tudo bem?", "oi tudo bem", "Oi! Tudo certo?",
    "obrigada", "ok?", "sim?", "sim!?", "pode ser?", "sim? quanto custa?", "ok, mas quanto fica?",
    "quanto custa", "qual o valor",
    "pode confirmar?", "pode ser mais tarde?", "pode ser mais tarde", "sim, mas às 11h", "sim mas na sexta",
    "sim, às 11h",
    "sim às 11", "sim 11", "sim, sexta", "ok sexta", "sim, dia 25", "sim, 25/11", "sim, amanhã", "sim, à tarde",
    "ok hoje",
    "sim, se não chover", "só se for com a Ana", "depende", "sim, caso ele melhore", "sim, desde que seja rápido",
    "acho que sim", "talvez", "vou ver", "depois te falo", "deixa eu ver com meu marido", "ok vou ver", "vou pensar",
    "ok, vou falar com meu marido", "pode ser que sim", "espero que sim", "creio que sim", "já te confirmo",
    "vou confirmar",
    "confirmo amanhã", "confirmo depois", "confirmo à tarde", "confirmo mais tarde", "sim não", "sim, não",
    "claro, só que não",
    "não sei", "ainda não", "não sei, talvez", "isso é caro", "isso é um absurdo", "quero saber o preço",
    "quero ver antes",
    "pode me ligar", "pode me dizer o endereço", "pode confirmar o endereço", "vamos ver", "vamos viajar",
    "certo dia ele fugiu",
    "claro que ele morde", "tá caro", "ele tá aqui", "ok, espera", "sim, espera aí", "peraí", "calma", "um segundo",
    "sim, mas o Rex não", "sim e tosa também", "sim, banho e tosa", "pode marcar outra coisa", "sim, outro horário",
    "prefiro outro", "sim, por 50 reais", "sim, por R$ 50", "sim, os 2 cachorros", "ok, chego 10 min antes",
    "vou atrasar",
    "sim, só o banho", "sim, com a Ana", "sim, com desconto", "pois não", "nao cancela", "não quero cancelar",
    "ok obrigada, mas não",
    "assim", "simples", "insiste", "okapi", "s n", "sei", "aham, sei", "tanto faz",
    "quero falar com atendente", "ok ok ok?",
    "preciso remarcar", "quero remarcar", "quero mudar o horário", "tem como remarcar?", "pode cancelar?",
    "sim, pode cancelar",
    "vou viajar", "ok, mas estou viajando", "ele está doente", "sim, ele está doente", "👍 👎", "👍 às 11",
    "sim 🤔", "porque não posso",
    "sim porque não posso amanhã", "isso dá trabalho", "sim, semana que vem", "sim, o primeiro",
    "na verdade, sim", "sim\nnão, espera",
    "sim, tirando a tosa não", "por que não?", "tudo bem?", "s i m", "sím\u200b, n\u200bão", "entendi",
    "ok, entendi", "recebi",
    "vou atender ele no hospital", "confirmo que recebi a mensagem", "pode deixar", "vou mas não sei", "sim, na\u200bo",
    "sim, n\u00ada\u0303o", "sim, por favor?",
    "sem tosa, sim",
]  # fmt: skip


def name(case: object) -> str | None:
    """A readable id of a test's case."""
    return repr(case)[:60] if isinstance(case, str | tuple | list) else None


@pytest.mark.parametrize("text", YES, ids=name)
def test_an_agreement_is_a_yes(text: str) -> None:
    """A message that plainly agrees is read as a yes."""
    assert answer_to_question([text]) is Reading.YES


@pytest.mark.parametrize("text", NO, ids=name)
def test_a_refusal_is_a_no(text: str) -> None:
    """A message that plainly refuses is read as a no."""
    assert answer_to_question([text]) is Reading.NO


@pytest.mark.parametrize("text", UNCLEAR, ids=name)
def test_a_doubt_stays_a_doubt(text: str) -> None:
    """A question, a condition, a change, a hesitation or small talk is neither a yes nor a no."""
    assert answer_to_question([text]) is Reading.UNCLEAR


TO_CANCEL = [
    ("pode cancelar", Reading.YES), ("cancela", Reading.YES), ("cancela sim", Reading.YES), ("sim", Reading.YES),
    ("isso, pode desmarcar", Reading.YES), ("pode cancelar por favor", Reading.YES), ("quero cancelar", Reading.YES),
    ("ok", Reading.YES), ("👍", Reading.YES), ("confirmo o cancelamento", Reading.YES), ("pode", Reading.YES),
    ("pode cancelar, vou viajar", Reading.YES), ("cancela a consulta da Mel", Reading.YES), ("não", Reading.NO),
    ("não cancela", Reading.NO), ("não cancela não", Reading.NO), ("não, pode manter", Reading.NO),
    ("quero manter", Reading.NO), ("deixa pra lá", Reading.NO), ("não precisa cancelar", Reading.NO),
    ("não quero cancelar", Reading.NO), ("estarei aí", Reading.NO), ("não vou poder ir", Reading.UNCLEAR),
    ("pode remarcar", Reading.UNCLEAR), ("pode marcar", Reading.UNCLEAR), ("pode cancelar?", Reading.UNCLEAR),
    ("cancela o outro", Reading.UNCLEAR), ("cancela só a tosa", Reading.UNCLEAR), ("tem multa?", Reading.UNCLEAR),
    ("sim, mas quero remarcar", Reading.UNCLEAR), ("cancela a de sexta", Reading.UNCLEAR), ("", Reading.UNCLEAR),
    ("confirmo minha presença", Reading.UNCLEAR), ("confirmo a consulta", Reading.UNCLEAR), ("vou sim", Reading.NO),
    ("confirmo o horário", Reading.UNCLEAR), ("vamos sim", Reading.UNCLEAR), ("quero o banho", Reading.UNCLEAR),
    ("acho que pode cancelar", Reading.UNCLEAR), ("pode cancelar se tiver multa não", Reading.UNCLEAR),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reading"), TO_CANCEL, ids=name)
def test_words_of_cancelling_agree_to_a_cancellation(text: str, reading: Reading) -> None:
    """To "Posso cancelar?", "cancela" is a yes and "pode manter" a no."""
    assert answer_to_question([text], about=ABOUT, today=TODAY, to_cancel=True) is reading


def test_a_wish_to_move_confirms_nothing_where_no_move_was_proposed() -> None:
    """ "Pode remarcar" agrees to a move that was proposed, and to nothing else."""
    assert answer_to_question(["pode remarcar"], to_move=True) is Reading.YES
    assert answer_to_question(["pode remarcar"], to_move=False) is Reading.UNCLEAR


EXPECTED = [
    ("sim, às 10h", True), ("pode ser às 10", True), ("sim, amanhã às 10:00", True), ("ok amanhã", True),
    ("sim, terça às 10", True), ("confirmado pra terça-feira", True), ("sim, dia 24", True), ("ok, 24/11", True),
    ("sim, 24 de novembro de manhã", True), ("até amanhã! confirmo", True), ("10h sim", True),
    ("sim, dez horas", True),
    ("pode remarcar pra amanhã às 10h", True), ("vou sim, amanhã 10hrs", True), ("confirmo, amanhã às 10h", True),
    ("pode marcar o banho do Thor amanhã às 10 da manhã", True), ("sim, 24/11/2026 às 10h00", True),
    ("sim, às 11h", False), ("sim, hoje", False), ("sim, quarta", False), ("sim, dia 25", False),
    ("ok, 25/11", False),
    ("sim, 24/12", False), ("sim, à tarde", False), ("sim, às 10h30", False), ("sim, às 10 e meia", False),
    ("sim, às 10 da noite", False), ("pode ser 10 ou 11", False), ("sim, depois de amanhã às 10", False),
    ("sim, entre 10 e 11", False), ("sim, até às 10", False), ("sim, terça que vem", False), ("sim, umas 10h", False),
    ("sim, depois das 10", False), ("confirmo amanhã", False), ("confirmo às 10", False),
    ("até quarta! confirmo", False),
    ("sim, 24/11/2027", False), ("sim, meio-dia", False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "agreed"), EXPECTED, ids=name)
def test_a_yes_may_repeat_the_time_that_was_asked_about(text: str, agreed: bool) -> None:
    """A named time or day leaves a yes a yes only where it is the one asked about."""
    wanted = Reading.YES if agreed else Reading.UNCLEAR
    assert answer_to_question([text], about=ABOUT, today=TODAY) is wanted


def test_a_refusal_of_another_time_refuses_nothing() -> None:
    """ "Às 11 não posso" is no answer about ten o'clock; "às 10 não posso" is a no."""
    assert answer_to_question(["às 11 não posso"], about=ABOUT, today=TODAY) is Reading.UNCLEAR
    assert answer_to_question(["pode cancelar a de quarta"], about=ABOUT, today=TODAY) is Reading.UNCLEAR
    assert answer_to_question(["às 10 não posso"], about=ABOUT, today=TODAY) is Reading.NO


def test_tomorrow_needs_today() -> None:
    """Without the shop's date "amanhã" agrees to no day."""
    assert answer_to_question(["sim, amanhã"], about=ABOUT) is Reading.UNCLEAR


BURSTS: list[tuple[list[str], Reading]] = [
    (["sim", "não, espera"], Reading.UNCLEAR),
    (["sim", "não"], Reading.UNCLEAR),
    (["não", "quer dizer, sim"], Reading.UNCLEAR),
    (["oi", "bom dia", "pode confirmar", "obrigada 🙏"], Reading.YES),
    (["sim", "quanto fica?"], Reading.UNCLEAR),
    (["sim", "por favor?"], Reading.UNCLEAR),
    (["qual o valor?", "ok"], Reading.UNCLEAR),
    (["oi", "tudo bem"], Reading.UNCLEAR),
    (["tudo bem"], Reading.YES),
    (["não vou poder", "surgiu um imprevisto"], Reading.NO),
    (["sim", "mas às 11"], Reading.UNCLEAR),
    (["cancela", "não, pode confirmar"], Reading.UNCLEAR),
    (["s", "👍"], Reading.YES),
    ([], Reading.UNCLEAR),
    (["sim"] * 21, Reading.UNCLEAR),
    (["sim. " + "Recebi esta mensagem e repasso a todos. " * 8], Reading.UNCLEAR),
    (["sim", "x" * 65_000], Reading.UNCLEAR),
]


@pytest.mark.parametrize(("texts", "reading"), BURSTS)
def test_a_burst_is_one_answer(texts: list[str], reading: Reading) -> None:
    """What any line of a burst takes back, no other line agrees to."""
    assert answer_to_question(texts) is reading


MORNING = [at(9), at(10), at(11)]
AFTERNOON = [at(14), at(15), at(16, 30)]
SAME_TIME = [at(10), at(10, day=25), at(10, day=27)]
WEEK = [at(9), at(10), at(10, day=25), at(9, day=27), at(14, day=27)]
ODD = [at(10), at(10, 30), at(12), at(19)]
NIGHT = [at(3), at(10), at(15)]
MONDAYS = [at(9, day=30), at(10)]
NEXT_WEEK = [at(9, day=30), at(10, day=27)]

CHOICES: list[tuple[str, list[datetime], datetime | None]] = [
    ("10h está ótimo. É um Golden Retriever de 3 anos.", MORNING, at(10)),
    ("às 10", MORNING, at(10)), ("as 10", MORNING, at(10)), ("10:00", MORNING, at(10)), ("10h", MORNING, at(10)),
    ("10hrs", MORNING, at(10)), ("10 hs", MORNING, at(10)), ("10 horas", MORNING, at(10)),
    ("o das 10", MORNING, at(10)),
    ("10", MORNING, at(10)), ("dez horas", MORNING, at(10)), ("dez", MORNING, at(10)), ("às dez", MORNING, at(10)),
    ("pode ser o de 10", MORNING, at(10)), ("pode ser às 10?", MORNING, at(10)), ("e às 10, dá?", MORNING, at(10)),
    ("dá pra ser às 10?", MORNING, at(10)), ("às 10 pode?", MORNING, at(10)),
    ("pode marcar às 10h?", MORNING, at(10)),
    ("10h, pode ser?", MORNING, at(10)), ("10h, tá?", MORNING, at(10)), ("quero às 10h por favor", MORNING, at(10)),
    ("prefiro 10h", MORNING, at(10)), ("melhor às 10", MORNING, at(10)), ("fico com o das 10h", MORNING, at(10)),
    ("pode marcar o banho do Thor às 10h", MORNING, at(10)), ("10h pro Rex", MORNING, at(10)),
    ("10h 👍", MORNING, at(10)), ("10 kkkk", MORNING, at(10)),
    ("o primeiro", MORNING, at(9)), ("primeiro", MORNING, at(9)), ("o segundo", MORNING, at(10)),
    ("a última", MORNING, at(11)),
    ("segundo horário", MORNING, at(10)), ("segunda opção", MORNING, at(10)), ("o terceiro", MORNING, at(11)),
    ("pode ser o último", MORNING, at(11)), ("a segunda", MORNING, at(10)), ("o 1º", MORNING, at(9)),
    ("opção 2", MORNING, at(10)),
    ("o primeiro horário, às 9h", MORNING, at(9)), ("o segundo, 10h", MORNING, at(10)), ("2a opção", MORNING, at(10)),
    ("10h não, 11h", MORNING, at(11)), ("às 10 não posso, só às 11", MORNING, at(11)), ("não, 11h", MORNING, at(11)),
    ("9h não dá, mas 11h sim", MORNING, at(11)), ("não consigo às 9, 10h tá ótimo", MORNING, at(10)),
    ("sim, mas às 11h", MORNING, at(11)), ("quero marcar 9 horas", MORNING, at(9)), ("9hs", MORNING, at(9)),
    ("Oi, bom dia! Tudo bem? Pode ser às 9h", MORNING, at(9)), ("10h da manhã", MORNING, at(10)),
    ("às 10.", MORNING, at(10)),
    ("2", AFTERNOON, at(14)), ("às 2", AFTERNOON, at(14)), ("duas da tarde", AFTERNOON, at(14)),
    ("14h", AFTERNOON, at(14)),
    ("às 3 da tarde", AFTERNOON, at(15)), ("3h", AFTERNOON, at(15)), ("às três", AFTERNOON, at(15)),
    ("4 e meia", AFTERNOON, at(16, 30)), ("16:30", AFTERNOON, at(16, 30)),
    ("quatro e meia da tarde", AFTERNOON, at(16, 30)),
    ("4h30", AFTERNOON, at(16, 30)), ("às 16.30", AFTERNOON, at(16, 30)), ("4 e 30", AFTERNOON, at(16, 30)),
    ("às duas", AFTERNOON, at(14)), ("2 horas", AFTERNOON, at(14)),
    ("10 e meia", ODD, at(10, 30)), ("10h30min", ODD, at(10, 30)), ("meio-dia", ODD, at(12)),
    ("meio dia", ODD, at(12)),
    ("12h", ODD, at(12)), ("10", ODD, at(10)), ("7 da noite", ODD, at(19)), ("à noite", ODD, at(19)),
    ("às 7", ODD, at(19)),
    ("amanhã 9h", WEEK, at(9)), ("sexta às 14h", WEEK, at(14, day=27)), ("14h de sexta", WEEK, at(14, day=27)),
    ("dia 27 às 9h", WEEK, at(9, day=27)), ("27/11 9h", WEEK, at(9, day=27)), ("quarta", WEEK, at(10, day=25)),
    ("pode ser quarta-feira?", WEEK, at(10, day=25)), ("depois de amanhã", WEEK, at(10, day=25)),
    ("dia 25", WEEK, at(10, day=25)),
    ("sexta de manhã", WEEK, at(9, day=27)), ("sexta, às 9", WEEK, at(9, day=27)),
    ("6a feira às 9", WEEK, at(9, day=27)),
    ("sexta à tarde", WEEK, at(14, day=27)), ("o primeiro de sexta", WEEK, at(9, day=27)),
    ("às 14", WEEK, at(14, day=27)),
    ("25 de novembro", WEEK, at(10, day=25)), ("10h. Até amanhã!", WEEK, at(10)),
    ("amanhã às 9 da manhã", WEEK, at(9)),
    ("terça não, quarta", WEEK, at(10, day=25)), ("terça não, às 9", WEEK, at(9, day=27)),
    ("hj não, amanhã às 9", WEEK, at(9)),
    ("sexta", SAME_TIME, at(10, day=27)), ("sexta 10h", SAME_TIME, at(10, day=27)),
    ("dia 25", SAME_TIME, at(10, day=25)),
    ("a segunda", MONDAYS, at(9, day=30)), ("segunda", MONDAYS, at(9, day=30)), ("segunda opção", MONDAYS, at(10)),
    ("segunda que vem", NEXT_WEEK, at(9, day=30)), ("semana que vem", NEXT_WEEK, at(9, day=30)),
    ("sim", [at(10)], at(10)), ("pode ser", [at(10)], at(10)), ("sim, às 10", [at(10)], at(10)),
    ("10h", [at(10)], at(10)),
    ("sim, amanhã às 10h", [at(10), at(10)], at(10)), ("👍", [at(10)], at(10)),
]  # fmt: skip

NO_CHOICES: list[tuple[str, list[datetime]]] = [
    ("É um Golden Retriever de 3 anos", NIGHT), ("3 anos", NIGHT), ("Golden, 3", NIGHT), ("ele tem 3", NIGHT),
    ("tem 10 kg", MORNING), ("10kg", MORNING), ("10 quilos", MORNING), ("R$ 10", MORNING), ("10 reais", MORNING),
    ("10 meses", MORNING), ("são 3 cachorros", NIGHT), ("3 doses", NIGHT), ("10%", MORNING), ("10,5 kg", MORNING),
    ("é o primeiro banho dele", MORNING), ("um segundo", MORNING), ("só um segundo", MORNING),
    ("é a primeira vez", MORNING),
    ("10h não", MORNING), ("às 10 não posso", MORNING), ("nenhum desses", MORNING), ("não", MORNING),
    ("não posso", MORNING),
    ("10h ou 11h", MORNING), ("10h e 11h", MORNING), ("entre 10 e 11", MORNING), ("das 10 às 11", MORNING),
    ("9, 10", MORNING),
    ("tem às 10?", MORNING), ("tem às 10", MORNING), ("quanto custa às 10?", MORNING), ("10h?", MORNING),
    ("10h tá bom?", MORNING),
    ("10h, quanto fica?", MORNING), ("10h está ótimo. Quanto custa?", MORNING),
    ("pode ser às 10? quanto custa?", MORNING),
    ("10h se não chover", MORNING), ("acho que 10h", MORNING), ("talvez 10h", MORNING), ("depende, 10h?", MORNING),
    ("às 10 tenho reunião", MORNING), ("meu marido chega às 10", MORNING), ("trabalho até às 10", MORNING),
    ("depois das 10", MORNING), ("antes das 10", MORNING), ("a partir das 10", MORNING),
    ("por volta das 10", MORNING),
    ("umas 10h", MORNING), ("lá pelas 10", MORNING), ("daqui 10 minutos", MORNING), ("10 é muito", MORNING),
    ("Luna\n3", NIGHT),
    ("saio do trabalho às 10", MORNING),
    ("do trabalho saio às 10", MORNING), ("às 12", MORNING), ("12h", MORNING), ("8:30", MORNING), ("10h30", MORNING),
    ("10 da noite", MORNING), ("às 22h", MORNING), ("sim", MORNING), ("pode ser", MORNING), ("ok", MORNING),
    ("👍", MORNING),
    ("qualquer um", MORNING), ("tanto faz", MORNING), ("mais tarde", MORNING), ("pode ser mais tarde?", MORNING),
    ("outro horário", MORNING), ("o quarto", MORNING), ("opção 4", MORNING), ("de manhã", MORNING),
    ("amanhã", MORNING),
    ("10h", SAME_TIME), ("às 10 está ótimo", SAME_TIME), ("sexta ou quarta", SAME_TIME), ("quinta 10h", SAME_TIME),
    ("sexta", WEEK), ("hoje às 10", WEEK), ("dia 10", WEEK), ("dia 9", WEEK), ("10/11", WEEK), ("sexta às 10h", WEEK),
    ("sexta que vem às 9h", WEEK), ("09/10", WEEK), ("ele está mal desde sexta", SAME_TIME),
    ("até sexta!", SAME_TIME),
    ("cancela às 10", MORNING), ("às 10 com a Ana", MORNING), ("10h e tosa também", MORNING), ("", MORNING),
    ("10h\nnão", MORNING), ("10h está ótimo, meu marido chega às 10", MORNING),
    ("10h. Ele está mal desde terça", MORNING),
    ("10h, não, espera", MORNING), ("3:00", [at(10)]), ("sim, às 11", [at(10)]), ("sim?", [at(10)]),
    ("não", [at(10)]),
    ("sim, o segundo", [at(10)]), ("03:00", [at(15), at(10)]), ("100", MORNING), ("1000", MORNING),
    ("10" * 100, MORNING),
    ("31/02", WEEK), ("99/99", WEEK), ("dia 99", WEEK), ("99h", MORNING), ("10h", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "offered", "start"), CHOICES, ids=name)
def test_a_choice_among_offers_is_understood(text: str, offered: list[datetime], start: datetime) -> None:
    """A time, a day or a place in the list chooses the offer it fits, however it is written."""
    assert chosen_start([text], offered, TODAY) == start


@pytest.mark.parametrize(("text", "offered"), NO_CHOICES, ids=name)
def test_what_is_no_clear_choice_chooses_nothing(text: str, offered: list[datetime]) -> None:
    """Ages, prices, other people's hours, questions, refusals, and times that are not offered or not the only ones."""
    assert chosen_start([text], offered, TODAY) is None


def test_a_choice_may_take_several_messages() -> None:
    """A day in one message and a time in the next choose together; a refusal afterwards takes it back."""
    assert chosen_start(["oi", "sexta", "às 9"], WEEK, TODAY) == at(9, day=27)
    assert chosen_start(["não", "10h"], MORNING, TODAY) == at(10)
    assert chosen_start(["10h", "não, espera"], MORNING, TODAY) is None
    assert chosen_start(["10h", "quanto custa?"], MORNING, TODAY) is None
    assert chosen_start(["10h", "x" * 301], MORNING, TODAY) is None


NAMED = [
    ("Tenho 9h, 10h e 11h.", 10, 0, True), ("Tenho amanhã às 10:00", 10, 0, True), ("às 10?", 10, 0, True),
    ("10 horas", 10, 0, True), ("*10:30* ou 11h", 10, 30, True), ("9, 10 e 11h", 10, 0, True),
    ("às 9, 10 ou 11", 11, 0, True),
    ("ao meio-dia", 12, 0, True), ("às 2 da tarde", 14, 0, True), ("10h30", 10, 0, False), ("11h", 10, 0, False),
    ("R$ 10,00", 10, 0, False), ("10 anos", 10, 0, False), ("dia 10/10", 10, 0, False),
    ("Atendemos das 10h às 18h", 10, 0, False),
    ("Atendemos das 8h às 18h. Tenho 10h.", 10, 0, True), ("", 10, 0, False), ("temos 10", 10, 0, False),
    ("10 rações, 9h", 10, 0, False),
    ("às 2", 14, 0, False),
    ("• 09:00\n• 10:00\n• 11:00", 9, 0, True), ("22:00", 10, 0, False), ("x" * 65_000, 10, 0, False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "hour", "minute", "named"), NAMED, ids=name)
def test_a_sent_text_names_a_time_or_does_not(text: str, hour: int, minute: int, named: bool) -> None:
    """Only a text that names the start's own time of day has shown it."""
    assert names_time(text, at(hour, minute)) is named


WORDS = sorted({word for phrase in LEXICON for word in phrase if word != "nao"} - {"problema", "precisa", "vejo"})
LINES = st.lists(st.sampled_from([*WORDS, "Thor", "10h", "sexta", ",", ".", "!", "sim", "pode confirmar"]), max_size=6)
HARMLESS = ("tem", "ha", "preciso", "se", "por", "porque", "que", "pq")
NOT = st.sampled_from(["não", "Não", "NAO", "nao", "n", "N", "naum", "nãooo", "na\u0303o", "n\u200bão", "ñ"])
STARTS = st.lists(
    st.integers(0, 90 * 96 - 1).map(lambda quarters: at(0) + timedelta(minutes=15 * quarters)),
    max_size=6,
)


@settings(deadline=None)
@given(before=LINES, no=NOT, after=LINES, around=st.lists(LINES, max_size=2), to_cancel=st.booleans())
@example(before=["claro", ","], no="n", after=[], around=[["sim"]], to_cancel=False)
def test_no_denial_is_ever_a_yes(
    before: list[str], no: str, after: list[str], around: list[list[str]], to_cancel: bool
) -> None:
    """Whatever stands around it, a "não" that is not known to be harmless leaves no yes."""
    line = [*(word for word in before if word not in HARMLESS), no, *(word for word in after if word not in HARMLESS)]
    texts = ["sim", *(" ".join(words) for words in around), " ".join(line), "pode confirmar"]
    reading = answer_to_question(texts, about=ABOUT, today=TODAY, to_cancel=to_cancel)
    assert reading is not Reading.YES


@settings(deadline=None)
@given(texts=st.lists(st.text(max_size=80) | LINES.map(" ".join), max_size=4), offered=STARTS)
def test_only_an_offered_start_is_chosen(texts: list[str], offered: list[datetime]) -> None:
    """Whatever is written, what is chosen was offered; and nothing that is written is too strange to read."""
    assert chosen_start(texts, offered, TODAY) in {*offered, None}
    for start in offered:
        assert answer_to_question(texts, about=start, today=TODAY) in Reading
        assert names_time(" ".join(texts), start) in (True, False)


@settings(deadline=None)
@given(hours=st.lists(st.integers(0, 23), min_size=1, max_size=8, unique=True), data=st.data())
def test_each_offered_start_can_be_chosen_by_its_time(hours: list[int], data: st.DataObject) -> None:
    """An offered full hour is chosen by "14:00", "14h" and "às 14" alike, and a text that says so has named it."""
    offered = [at(hour) for hour in hours]
    start = data.draw(st.sampled_from(offered))
    for text in (f"{start:%H:%M}", f"{start.hour}h", f"às {start.hour}"):
        assert chosen_start([text], offered, TODAY) == start
        assert names_time(text, start)


@settings(deadline=None)
@given(offered=STARTS)
def test_each_offered_start_can_be_chosen_by_its_day_and_time(offered: list[datetime]) -> None:
    """ "24/11 às 10:15" chooses that start, whatever else is on offer."""
    for start in offered:
        assert chosen_start([f"{start:%d/%m/%Y} às {start:%H:%M}"], offered, TODAY) == start


HOSTILE = [
    "sim " * 16_000,
    "n" * 65_000,
    "1" * 65_000,
    "10:" * 20_000,
    "às 1" * 16_000,
    "👍" * 65_000,
    "\u0303" * 65_000,
]
HOSTILE += ["ﷺ" * 300, "8, " * 100, "de 1 " * 60, "?" * 300, "das 1 " * 20_000, "1/" * 30_000, "\ud800", "٣" * 5_000]


@pytest.mark.parametrize("text", HOSTILE, ids=name)
def test_hostile_messages_cost_little(text: str) -> None:
    """The longest message WhatsApp takes is read in no time, and means nothing."""
    began = time.perf_counter()
    assert answer_to_question([text] * 20, about=ABOUT, today=TODAY) is Reading.UNCLEAR
    assert chosen_start([text] * 20, MORNING, TODAY) is None
    assert names_time(text, at(10)) in (True, False)
    assert time.perf_counter() - began < 2


def test_the_longest_phrase_is_looked_for() -> None:
    """No phrase of the lexicon is longer than what is compared, and none is empty."""
    assert {len(phrase) for phrase in LEXICON} == set(range(1, LONGEST_PHRASE + 1))
