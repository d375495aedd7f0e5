"""The demonstration's question that nobody has answered yet: asked of the owner, told to the customer, and learned."""

from dev.demo_owner import OWNER
from dev.demo_stage import PLAYED, Stage, fresh_phone
from dev.seed import OWNER_PHONE
from domain.replies import FINDING_OUT
from storage import knowledge

_QUESTION = "Vocês aceitam cartão?"
_ANSWER = "Aceitamos cartão de crédito e débito"


async def learned(stage: Stage) -> None:
    """One customer asks and waits for the owner's answer; the next who asks the same is answered at once."""
    stage.console.rule("Uma pergunta sem resposta, e a resposta aprendida")
    async with stage.database.tenant(stage.organization_id) as tenant:
        await knowledge.forget(tenant, _QUESTION)  # what an earlier demonstration taught
    first, second = fresh_phone(), fresh_phone()
    await stage.says(first, f"Sônia {PLAYED}", _QUESTION, to="Sônia", expect=[FINDING_OUT])
    await stage.hears(OWNER_PHONE, to=OWNER, about=_QUESTION, expect=["Sônia"])
    await stage.says(OWNER_PHONE, OWNER, f"{_ANSWER}.", to=OWNER, expect=["✅ Feito"])
    await stage.hears(first, to="Sônia", expect=[_ANSWER])
    await stage.says(second, f"Tito {PLAYED}", _QUESTION, to="Tito", expect=[_ANSWER])
    asked = await stage.rows(
        """select q.status, q.question, q.answer from shop_questions q join contacts c on c.id = q.contact_id
           where c.phone = any($1::varchar[])""",
        [first, second],
    )
    stage.show("shop_questions", asked, "question", "answer", "status")
    stage.check([row["status"] for row in asked] == ["answered"], "a segunda cliente teve de esperar pela loja")
