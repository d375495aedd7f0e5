"""The demonstration's owner: figures with a comparison and a picture, an order with its yes, and what it is to undo."""

from datetime import datetime, time, timedelta
from decimal import Decimal

from dev.demo_stage import Stage, shop_time
from dev.seed import MANAGER_PHONE, OWNER_PHONE
from dev.seed_work import ZONE
from domain.money import reais

OWNER, MANAGER = "Dona da loja", "Gerente"
_SERVICE = "Check-up"
_MORE = Decimal(10)
_PNG = b"\x89PNG\r\n"


async def figures(stage: Stage) -> None:
    """The seed's question, and one with a comparison and a chart; the figures are those of the rows."""
    stage.console.rule("A dona pergunta à Aurora")
    expected = ["12 clientes", "8 banhos", "3 consultas", "1 tosa", "R$ 850,00"]
    await stage.says(OWNER_PHONE, OWNER, "Quantos clientes atendi hoje?", expect=expected)
    week = reais(await _revenue(stage, 6, 0))
    expected = [week, "Comparado com"]
    await stage.says(OWNER_PHONE, OWNER, "Quanto faturei nos últimos 7 dias, comparado com antes?", expect=expected)
    picture = await stage.sees(OWNER_PHONE)
    stage.check(picture.startswith(_PNG), "o gráfico não é uma imagem PNG")


async def order(stage: Stage) -> None:
    """A price is changed on a yes and changed back; a manager may not."""
    stage.console.rule("A dona dá uma ordem, e volta atrás")
    before = await _price(stage)
    wanted = f"Muda o {_SERVICE.lower()} para {int(before + _MORE)} reais"
    change = f"de {reais(before)} para {reais(before + _MORE)}"
    began = datetime.now(ZONE)
    await stage.says(OWNER_PHONE, OWNER, wanted, expect=[_SERVICE, change, "Posso fazer?"])
    stage.check(await _price(stage) == before, "o preço mudou antes do sim")
    await stage.says(OWNER_PHONE, OWNER, "Pode", expect=["✅ Feito", f"agora custa {reais(before + _MORE)}"])
    stage.check(await _price(stage) == before + _MORE, "o preço não mudou depois do sim")
    back = f"de {reais(before + _MORE)} para {reais(before)}"
    await stage.says(OWNER_PHONE, OWNER, "Desfaz", expect=[back, "Posso fazer?"])
    await stage.says(OWNER_PHONE, OWNER, "Sim", expect=["✅ Feito", f"agora custa {reais(before)}"])
    stage.check(await _price(stage) == before, "o preço não voltou a ser o que era")
    await stage.says(MANAGER_PHONE, MANAGER, wanted, expect=["Só o dono ou a dona da loja"])
    audited = await stage.rows("select actor, action, subject, before, after from audit_log where at > $1", began)
    stage.show("audit_log", audited, "actor", "action", "subject", "before", "after")
    stage.check([row["action"] for row in audited] == ["set_price"] * 2, "a auditoria não tem a mudança e a volta")


async def _revenue(stage: Stage, since: int, until: int) -> Decimal:
    """What was done from so many days ago until so many days ago, added up from the bookings themselves."""
    rows = await stage.rows(
        """select coalesce(sum(price), 0) from bookings
           where status = 'completed' and start_time >= $1 and start_time < $2""",
        shop_time(-since, time()),
        shop_time(-until, time()) + timedelta(days=1),
    )
    return Decimal(rows[0][0])


async def _price(stage: Stage) -> Decimal:
    return Decimal((await stage.rows("select price from services where name = $1", _SERVICE))[0]["price"])
