"""The words by which a customer agrees, refuses, hesitates or wants something else, as people type them on WhatsApp."""

import re
import unicodedata
from enum import StrEnum


class Kind(StrEnum):
    """What a phrase does in an answer."""

    SIM = "sim"  # a yes wherever it stands in a clause
    STRONG = "strong"  # a yes that may name its object: "confirmo o banho do Thor"
    SOFT = "soft"  # a yes only in a clause that says nothing else: "isso" is one, "isso é caro" is none
    WHOLE = "whole"  # a yes only when it is the whole clause: "tá" is one, "ele tá aqui" is none
    BOOK = "book"  # asks for the booking; no answer to "Posso cancelar?"
    PRESENCE = "presence"  # will come, keeps it: a yes to a booking, a no to cancelling it
    GOING = "going"  # as `PRESENCE`, but only when it is the whole clause: "vou" is one, "vou ver" is none
    KEEP = "keep"  # leaves it as it is: a yes to a booking, a no to moving or cancelling it
    MOVE = "move"  # asks for the move
    CANCEL = "cancel"  # asks for the cancellation: a no to a booking
    NO = "no"
    ABSENCE = "absence"  # cannot come: a no to a booking, no clear word on cancelling it
    NEGATION = "negation"  # denies something, not clearly what
    HEDGE = "hedge"  # not decided, or not yet
    ASK = "ask"
    CONDITION = "condition"
    EXCUSE = "excuse"  # speaks against a visit, not against cancelling it
    CHANGE = "change"  # something else than what was proposed
    PREFER = "prefer"  # a change in an answer to a proposal, a plain choice among offers
    POLITE = "polite"  # "dá pra ser às 10?": a question that takes what is offered
    SERVICE = "service"
    VISIT = "visit"  # the booking itself: "o horário"
    GREETING = "greeting"
    SMALLTALK = "smalltalk"  # "tudo bem": agrees, unless it belongs to a greeting
    FILLER = "filler"


LONGEST_PHRASE = 5
"""Words of the longest phrase below."""

# One phrase between commas, in any spelling: entries and messages go through `plain` and `word` alike.
_PHRASES = {
    Kind.SIM: "sim, 👍, 👌, ✅, ☑, ✔, 🆗, 🤝",
    Kind.STRONG: """
        ok, confirmo, confirmado, confirmada, confirmadissimo, tudo confirmado, aceito, concordo, de acordo,
        fechado, pode confirmar, podem confirmar, quero confirmar, favor confirmar, confirma, confirme, pode
        confirma, negocio fechado
    """,
    Kind.SOFT: """
        isso, isso ai, isso mesmo, e isso ai, exato, exatamente, correto, pode, podem, pode ser, pode fazer, posso
        sim, claro, certeza, com certeza, certinho, certissimo, tudo certinho, tudo ok, ta certo, ta ok, ta bom, ta
        bem, ta bao, ta otimo, esta bem, beleza, belezinha, fechou, feito, perfeito, perfeita, otimo, otima,
        excelente, maravilha, maravilhoso, show, show de bola, top, joia, tranquilo, suave, de boa, firmeza,
        combinado, combinadissimo, quero, queremos, positivo, afirmativo, uhum, unhum, aham, ahan, arram, aram, yes,
        yep, manda ver, manda bala, pode mandar ver, pode mandar bala, sem problema, sem problemas, sem problema
        nenhum, sem problema algum, nao tem problema, nao ha problema, nao vejo problema, nenhum problema, nao tem
        nenhum problema, nao tem problema nenhum, nao tem problema algum, sem duvida, sem duvidas, sem falta,
        concordamos, aceitamos, me serve, serve, fico com, logico, obvio, muito otimo
    """,
    Kind.WHOLE: "s, ta, certo, posso",
    Kind.GOING: """
        vou, vou ir, quero ir, quero sim ir, estou ai, to ai, tou ai, estou la, nos vemos, nos vemos la, a gente se ve,
        te vejo, te vejo la
    """,
    Kind.BOOK: """
        pode marcar, pode agendar, pode reservar, pode fechar, pode encaixar, podem marcar, podem agendar, pode
        marca, pode agenda, quero marcar, quero agendar, quero reservar, quero fechar, vamos marcar, vamos fechar,
        vamos agendar, marca, marque, agenda, agende, reserva, reserve, marca ai, agenda ai, pode colocar, pode
        botar, coloca, bota, vamos la, bora, simbora, partiu, vou querer
    """,
    Kind.PRESENCE: """
        estarei ai, estarei la, estaremos ai, estaremos la, vou estar ai, vou estar la, vamos estar ai, vamos estar
        la, vou levar, vamos levar, levo, levarei, vou comparecer, comparecerei, presenca confirmada, pode contar
        comigo, conta comigo, pode contar com a gente, estou indo, estamos indo, iremos, irei, presenca, vamos, vou
        sim, eu vou, a gente vai, nos vamos, vou estar
    """,
    Kind.KEEP: """
        pode manter, manter, mantem, mantenha, mantido, quero manter, pode deixar marcado, pode deixar agendado, pode
        deixar confirmado, pode deixar reservado, deixa marcado, deixa agendado, deixa confirmado, deixar marcado,
        deixa reservado, continua marcado, continua confirmado
    """,
    Kind.MOVE: """
        pode remarcar, pode reagendar, pode mudar, pode trocar, pode alterar, pode adiar, pode passar, podem
        remarcar, remarca, remarque, reagenda, reagende, pode remarca
    """,
    Kind.CANCEL: """
        pode cancelar, podem cancelar, pode desmarcar, podem desmarcar, cancela, cancele, cancelem, cancelar,
        cancelado, cancelada, cancelamento, desmarca, desmarque, desmarcar, desmarquem, quero cancelar, quero
        desmarcar, preciso cancelar, preciso desmarcar, vou cancelar, vou desmarcar, pode cancela, pode desmarca,
        vou ter que cancelar, tenho que cancelar, tenho que desmarcar, vou ter que desmarcar, gostaria de cancelar,
        gostaria de desmarcar
    """,
    Kind.NO: """
        👎, ❌, 🚫, ⛔, 🙅, ✖, negativo, agora nao, melhor nao, claro que nao, com certeza nao, de jeito nenhum, deixa
        para la, deixe para la, deixa quieto, deixa para proxima, deixa para outra, deixa para outro dia, fica para
        proxima, fica para a proxima, esquece, esqueca, nao pode, nao confirmo, nao confirma, nao confirme, nao
        marca, nao marque, nao agenda, nao agende, nao precisa, nao precisa mais, pode nao, nao rola, nao aceito,
        nao serve, nunca, jamais, nem pensar, recuso, mudei de ideia, nao quero, quero nao, perdi o interesse
    """,
    Kind.ABSENCE: """
        nao quero mais, nao posso, nao posso ir, posso nao, nao podemos, nao vou, nao vou poder, nao vou poder ir,
        nao vou conseguir, nao vou conseguir ir, vou nao, nao vamos, nao vamos poder, nao vamos conseguir, nao irei,
        nao iremos, nao poderei, nao poderemos, nao consigo, nao consigo ir, consigo nao, nao conseguimos, nao da,
        nao da para mim, da nao, nao vai dar, vai dar nao, nao dara, nao estarei, nao levo, desisto, desisti,
        desistimos, vou desistir, impossivel, nao vai rolar, num posso, num vou, num vou poder, num vai dar, num da,
        vou faltar, vou ter que faltar
    """,
    Kind.NEGATION: "nao, nem, nenhum, nenhuma, nada, sem, num, tampouco, ninguem",
    Kind.HEDGE: """
        acho, achei, creio, talvez, provavelmente, possivelmente, quem sabe, sei, sei la, duvida, duvidas, ver,
        vendo, vejo, veremos, olhar, pensar, pensando, penso, verificar, verifico, confirmar com, falar com,
        conversar, perguntar, pergunto, consultar, te aviso, aviso, avisar, te falo, falo, te digo, digo, te
        retorno, ja retorno, retorno depois, recebi, respondo, te respondo, te confirmo, ja confirmo, logo confirmo,
        depois, vou confirmar, vamos confirmar, preciso confirmar, deixa eu, deixe eu, deixa me, deixe me, espera,
        espere, esperar, esperando, espero, pera, perai, aguarda, aguarde, aguardar, aguardando, calma, calmai,
        segura, um segundo, um minuto, um minutinho, um momento, um instante, minutinho, momentinho, instante,
        pouquinho, daqui, entendi, tentar, tento, tentando, pode deixar, que sim, pode ser que, tanto faz, qualquer,
        sei nao, hum, hm, tomara, dependendo, ainda nao, quase, 🤔, 🤷, 🙄, ⏳, brincadeira, brincando, mentira, zoeira,
        zoando, ironia, medo, insegura, inseguro
    """,
    Kind.ASK: """
        quanto, quanta, quantos, quantas, qual, quais, onde, quem, cade, como, porque, por que, tem que, o que, que
        horas, que dia, que hora, sera, saber, saberia, duvidas sobre, preco, precos, valor, valores, custa, custo,
        endereco, localizacao, telefone, pix, pagamento, pagar, parcela, parcelar, desconto, promocao, tem como, tem
        vaga, tem horario, teria, teriam, seria, daria, gostaria de saber, me diz, me diga, me fala, me explica,
        explica, me manda, me passa, me informa, atendem, aceitam, fazem, cobram
    """,
    Kind.CONDITION: """
        se, so se, somente se, caso, depende, desde que, contanto, contanto que, a menos, a nao ser, quando, assim
        que, ate que, enquanto, a condicao
    """,
    Kind.CHANGE: """
        porem, entretanto, todavia, contudo, so que, mais tarde, mais cedo, mais para frente, cedo, tarde, manha,
        noite, antes, apos, ate, entre, a partir, por volta, la pelas, pelas, umas, uns, outro, outra, outros,
        outras, trocar, troca, troque, mudar, muda, mude, mudou, mudando, alterar, altera, remarcar, reagendar,
        adiar, adia, adiantar, antecipar, quero remarcar, preciso remarcar, gostaria de remarcar, quero mudar, quero
        trocar, em vez, inves, ao inves, menos, exceto, atrasar, atraso, atrasada, atrasado, atrasados, correcao,
        corrigir, corrige, engano, enganei, errado, errada, errei, ops, opa nao, tambem, mais um, mais uma, mais
        dois, mais duas, acrescenta, acrescentar, adiciona, adicionar, inclui, incluir, aproveita, aproveitar,
        proxima, proximo, semana, mes, dias, ou, horas, feriado, caro, cara, carissimo, barato, absurdo, ridiculo,
        reclamar, reclamacao, problema, problemas, atendente, humano, pessoa, somente, apenas, mais, com, da uma,
        reembolso
    """,
    Kind.EXCUSE: """
        ocupado, ocupada, viagem, viajando, viajar, doente, internado, internada, morreu, faleceu, trabalhando,
        imprevisto, compromisso, fugiu, chovendo
    """,
    Kind.PREFER: """
        prefiro, preferimos, preferia, melhor, mas, na verdade, quer dizer, alias, deixa, deixe, pode deixar as, so,
        fica, ficaria, fique, gostaria, queria
    """,
    Kind.POLITE: """
        da para, da para ser, da para marcar, da para agendar, da para fazer, da para levar, rola, consegue,
        conseguem, consegue marcar, poderia, poderia ser, poderia marcar, podia ser
    """,
    Kind.SERVICE: """
        banho, banhos, tosa, tosas, consulta, vacina, vacinas, vacinacao, retorno, hidratacao, corte, escovacao,
        exame, unha, unhas, ouvido, creche, hotel, hospedagem, castracao, cirurgia
    """,
    Kind.GREETING: """
        oi, oie, oii, ola, opa, e ai, eai, hey, alo, bom dia, boa tarde, boa noite, como vai, como esta, como ta,
        bdia, bd, como voce ta, como voces tao, como vao
    """,
    Kind.SMALLTALK: "tudo bem, tudo bom, tudo joia, tudo certo, tudo tranquilo, tudo otimo",
    Kind.FILLER: """
        a, o, as, os, de, da, do, das, dos, em, no, na, nos, nas, para, ao, e, ah, aa, eh, oh, ai, la, ja, aqui,
        ali, entao, mesmo, mesma, por favor, favor, porfavor, pfv, pf, pff, pfvr, obrigado, obrigada, obrigados,
        obrigadao, obrigadinha, brigado, brigada, obg, obgd, obgda, muito obrigado, muito obrigada, valeu, vlw,
        grato, grata, agradeco, agradecida, agradecido, com saudade, com saudades, ate mais, ate logo, ate la, ate
        ja, ate breve, tchau, abraco, abracos, bjs, bj, beijo, beijos, k, kk, rs, rsrs, haha, hahaha, hehe, moca,
        moco, amigo, amiga, querida, querido, linda, gente, pessoal, voce, voces, vc, eu, a gente, mim, meu, minha,
        ele, ela, eles, elas, dele, dela, esse, essa, esses, essas, este, aquele, aquela, desse, dessa, nesse,
        nessa, deste, neste, hora, dia, data, vaga, opcao, alternativa, lugar, bom, boa, bem, legal, bacana, massa,
        bonito, agora, hoje mesmo, sempre, pet, cachorro, cachorra, cachorrinho, cachorrinha, gato, gata, dog,
        doguinho, cao, catioro, fofo, fofa, ser, senhor, senhora, sr, sra, dona, viu, ne, tal, que bom, adorei,
        amei, amo, gostei, so isso, e so isso, ficou, fica otimo, fica bom, fica perfeito, fica bem, em ponto, se
        chama, se comporta, como combinado, como sempre, como combinamos, nao precisa de mais nada, nao precisa mais
        nada, nao preciso de mais nada, nao preciso mais nada, mais nada, por enquanto, ir, levar, comparecer,
        marcar, agendar, confirmar, reservar, nao se preocupe, nao se preocupa, nao precisa se preocupar, nao vejo a
        hora, tamo junto, tmj, com prazer, eba, oba, uhu, uhul, 🙏, desculpa a demora, desculpe a demora, se deus
        quiser, por gentileza, gentileza, por mim, infelizmente, uai, ue, me parece, nesse dia, hein, muito bom,
        muito boa, muito bem, muito legal
    """,
    Kind.VISIT: "agendamento, horario, horarios, visita",
}

_SAME = {
    "nao": "n naum nop nope nah ñ ñao nao nain",
    "sim": "sim sin cim sm ssim sims simzao siim simsim",
    "ok": "ok okay okey oki okok oks okei okk",
    "tudo": "td tdo tudo",
    "ta": "ta tah esta estah",
    "estou": "to tou estou toh",
    "para": "pra pro para p pras pros",
    "pode": "pode podi pd pod pds",
    "beleza": "blz bele beleza blza bls",
    "certeza": "ctz certeza ctza",
    "que": "q que ke",
    "porque": "pq porque pk",
    "tambem": "tb tbm tambem tmb",
    "mesmo": "msm mesmo mmo",
    "quanto": "qto qnto quanto qnt",
    "quando": "qdo qnd quando",
    "depois": "dps depois dpois",
    "agora": "agr agora",
    "hoje": "hj hoje oje",
    "amanha": "amanha amnh amanh amh aman amnha amanhan",
    "otimo": "otimo otmo",
    "confirmo": "confirmo comfirmo confrmo cfm confimo",
    "confirmado": "confirmado comfirmado cfmd",
    "confirmar": "confirmar comfirmar cofirmar",
    "fechado": "fechado fexado",
    "quero": "quero kero qro",
    "voce": "vc vcs voce voces ce",
    "talvez": "talvez tlvz talves",
    "combinado": "combinado cmb",
    "horario": "horario hr",
    "manha": "manha manhan",
}
_RUN = re.compile(r"([^\W\d_])\1+")
_TONES = re.compile("[\U0001f3fb-\U0001f3ff]")


def plain(text: str) -> str:
    """`text` without capitals, accents, skin tones and invisible characters; punctuation, digits and emoji stay."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Me", "Cf", "Cs"))
    return _TONES.sub("", kept)


def word(plain_word: str) -> str:
    """A word as it is compared: letters typed again and again once, short and wrong spellings as the right ones."""
    squeezed = _RUN.sub(r"\1", plain_word)
    return _SPELLINGS.get(squeezed, squeezed)


_SPELLINGS = {
    _RUN.sub(r"\1", plain(spelling)): _RUN.sub(r"\1", right)
    for right, spellings in _SAME.items()
    for spelling in spellings.split()
}

LEXICON: dict[tuple[str, ...], Kind] = {
    tuple(word(part) for part in plain(phrase).split()): kind
    for kind, phrases in _PHRASES.items()
    for phrase in phrases.split(",")
}
"""Every known phrase, as compared words."""
