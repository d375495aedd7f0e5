"""How long a customer waits for a person, and when the AI comes back: shown and changed one by one."""

from tests.auzap.conftest import Salon


async def test_what_is_named_changes_and_the_rest_stays(salon: Salon) -> None:
    """The table and the JSON say the same; the quiet time of the shop's phone is among them."""
    before = await salon.json("handoff", "rules")
    assert before == {
        "first_answer_minutes": 15,
        "escalate_minutes": 30,
        "tell_customer_minutes": 45,
        "idle_minutes": 240,
        "phone_quiet_minutes": 60,
    }
    said = await salon.done("handoff", "rules", "--first-answer", "5", "--idle", "120", "--phone-quiet", "30")
    assert "gravados" in said.out
    assert "minutos abertos até lembrar a equipe de quem espera" in said.out
    changed = {"first_answer_minutes": 5, "idle_minutes": 120, "phone_quiet_minutes": 30}
    assert await salon.json("handoff", "rules") == {**before, **changed}
    await salon.done("handoff", "rules", "--escalate", "20", "--tell-customer", "25")
    changed |= {"escalate_minutes": 20, "tell_customer_minutes": 25}
    assert await salon.json("handoff", "rules") == {**before, **changed}


async def test_a_rule_it_cannot_have_is_refused_in_words(salon: Salon) -> None:
    """The one line says which rule and what its limit is; nothing is changed."""
    before = await salon.json("handoff", "rules")
    ran = await salon("handoff", "rules", "--first-answer", "0", "--phone-quiet", "10")
    assert (ran.code, ran.err) == (
        2,
        "auzap: minutos abertos até lembrar a equipe de quem espera: o menor valor é 1\n",
    )
    assert (await salon("handoff", "rules", "--phone-quiet", "0")).code == 2
    assert await salon.json("handoff", "rules") == before


async def test_the_rules_of_aurora_have_it_no_more(salon: Salon) -> None:
    """How long a customer waits is a rule of hand-overs."""
    assert "waiting_minutes" not in await salon.json("aurora", "rules")
    assert (await salon("aurora", "rules", "--waiting-minutes", "10")).code == 2
