"""A customer wants a person: Ana takes the conversation in the console, answers, and gives it back to the AI."""

import asyncio
import re
import uuid

import httpx

from dev.demo_stage import Stage, fresh_phone
from dev.seed import OPERATOR_EMAIL, SLUG

_WHO = "Cliente"
_UNANSWERED = 3
"""Seconds in which a conversation that a person has must stay silent."""
_CSRF = re.compile(r'data-csrf="([0-9a-f]{64})"')


async def person(stage: Stage, gateway_url: str, password: str) -> None:
    """Everything that Ana does goes through the console's own pages."""
    phone = fresh_phone()
    stage.console.rule("Um cliente pede uma pessoa")
    await stage.says(phone, _WHO, "Quero falar com uma pessoa, por favor.", expect=["pessoa da equipe"])
    await stage.types(phone, _WHO, "Alguém aí?")
    await _silence(stage, phone)
    conversation = await _conversation(stage, phone, "waiting_human")
    async with httpx.AsyncClient(base_url=gateway_url, trust_env=False, timeout=30) as http:
        ana = await _signed_in(stage, http, password)
        queue = (await http.get("/console/fila")).text
        stage.check(str(conversation) in queue and "Alguém aí?" in queue, "a fila do console não mostra quem espera")
        await _does(stage, http, ana, conversation, "assumir")
        stage.console.print("[dim]Ana assume a conversa no console.[/]\n")
        await _does(stage, http, ana, conversation, "responder", texto="Oi! Aqui é a Ana. Em que posso ajudar?")
        await stage.hears(phone, expect=["Aqui é a Ana"])
        await stage.types(phone, _WHO, "Era só para saber quanto custa o banho?")
        await _silence(stage, phone)
        page = (await http.get(f"/console/conversas/{conversation}")).text
        stage.check("quanto custa o banho?" in page, "o console não mostra o que o cliente respondeu")
        await _does(stage, http, ana, conversation, "devolver")
        stage.console.print("[dim]Ana devolve a conversa à IA, que responde o que ficou.[/]\n")
        await stage.hears(phone, expect=["R$ 50,00"])
    await _conversation(stage, phone, "active")
    deeds = await stage.rows(
        "select actor, action from audit_log where subject = $1 order by at", f"conversation/{conversation}"
    )
    stage.show("audit_log", deeds, "actor", "action")
    done = [row["action"] for row in deeds]
    stage.check(done == ["claim", "reply", "release"], f"o registro da Ana diz {done}")


async def _silence(stage: Stage, phone: str) -> None:
    try:
        async with asyncio.timeout(_UNANSWERED):
            await stage.hears(phone)
        stage.check(False, "a assistente respondeu embora uma pessoa tenha a conversa")
    except TimeoutError:
        stage.console.print("[dim]AuZap fica em silêncio: uma pessoa tem a conversa.[/]\n")


async def _conversation(stage: Stage, phone: str, status: str) -> uuid.UUID:
    rows = await stage.rows(
        "select c.id, c.status from conversations c join contacts ct on ct.id = c.contact_id where ct.phone = $1", phone
    )
    stage.check([row["status"] for row in rows] == [status], f"a conversa não está {status}")
    found: uuid.UUID = rows[0]["id"]
    return found


async def _signed_in(stage: Stage, http: httpx.AsyncClient, password: str) -> str:
    """Ana's session; what her forms have to bring along."""
    form = {"loja": SLUG, "email": OPERATOR_EMAIL, "senha": password}
    answer = await http.post("/console/entrar", data=form)
    stage.check(answer.status_code == 303, f"Ana não entrou no console ({answer.status_code})")
    found = _CSRF.search((await http.get("/console/fila")).text)
    return found[1] if found else ""


async def _does(
    stage: Stage, http: httpx.AsyncClient, csrf: str, conversation: uuid.UUID, action: str, **form: str
) -> None:
    answer = await http.post(
        f"/console/conversas/{conversation}/{action}", data={"csrf": csrf, "deed": str(uuid.uuid4()), **form}
    )
    stage.check(answer.status_code == 303, f"o console não deixou {action} ({answer.status_code})")
