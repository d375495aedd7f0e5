"""Pausing what Aurora says unasked: exactly what was said, by a yes, taken back, and the owner's to order."""

from domain.aurora_rules import AuroraRules, Briefing
from storage import organizations
from storage.organizations import SettingsChange
from tests.office.conftest import OwnersChat

SUMMARIES = {Briefing.DAILY_SUMMARY, Briefing.MORNING_AGENDA, Briefing.WEEKLY_REVIEW}


async def told_everything(chat: OwnersChat) -> None:
    """Nothing is paused, and Temporal knows."""
    async with chat.turn() as turn:
        await organizations.change(turn.tenant, chat.shop.organization_id, SettingsChange(aurora_rules=AuroraRules()))
        await turn.tenant.execute("delete from wakes")


async def paused(chat: OwnersChat) -> set[Briefing]:
    """What the row says."""
    async with chat.turn() as turn:
        return set(turn.organization.aurora_rules.paused)


async def wakes(chat: OwnersChat) -> int:
    """Whether the schedules are to follow."""
    async with chat.turn() as turn:
        found: int = await turn.tenant.fetchval("select count(*) from wakes where kind = 'schedules'")
    return found


async def test_pare_os_resumos(owner: OwnersChat) -> None:
    """Without saying which, it is the three summaries: named before, what goes on too; done by a yes, and woken."""
    await told_everything(owner)
    outcome = await owner.call("pause_briefings")
    assert outcome.order is not None
    assert outcome.order.summary == (
        "🔕 Pausar: resumo do dia, agenda da manhã, balanço da semana\n"
        "Continua: alertas do dia, aviso de cliente esperando"
    )
    assert await paused(owner) == set()
    done = await owner.order("pause_briefings")
    assert done == "Pausei: resumo do dia, agenda da manhã, balanço da semana."
    assert await paused(owner) == SUMMARIES
    assert await wakes(owner) == 1


async def test_only_what_was_named(owner: OwnersChat) -> None:
    """One, by its name alone or in a list; all five when everything is meant."""
    await told_everything(owner)
    await owner.order("pause_briefings", which="alerts")
    assert await paused(owner) == {Briefing.ALERTS}
    await owner.order("pause_briefings", which=["waiting"])
    assert await paused(owner) == {Briefing.ALERTS, Briefing.WAITING}
    outcome = await owner.call("pause_briefings", which=[str(one) for one in Briefing])
    assert outcome.order is not None
    assert outcome.order.summary.startswith("🔕 Pausar: resumo do dia, agenda da manhã, balanço da semana\n")
    assert outcome.order.summary.endswith("Nada mais chega sem você perguntar.")


async def test_taken_back_it_is_as_it_was(owner: OwnersChat) -> None:
    """What was paused before the order stays paused when the order is undone."""
    await told_everything(owner)
    await owner.order("pause_briefings", which=["daily_summary"])
    await owner.order("pause_briefings")
    assert await paused(owner) == SUMMARIES
    code = await owner.propose("undo_order")
    await owner.says("sim")
    assert (await owner.use("confirm_order", order=code))["ok"]
    assert await paused(owner) == {Briefing.DAILY_SUMMARY}


async def test_resumed_they_come_again(owner: OwnersChat) -> None:
    """The summaries, or what is named."""
    done = await owner.order("resume_briefings")  # the tests' shop begins silent
    assert done == "Voltam a chegar: resumo do dia, agenda da manhã, balanço da semana."
    assert await paused(owner) == {Briefing.ALERTS, Briefing.WAITING}
    await owner.order("resume_briefings", which=["alerts", "waiting"])
    assert await paused(owner) == set()


async def test_what_is_so_already_is_said(owner: OwnersChat) -> None:
    """Pausing what is paused changes nothing, and no wrong name does."""
    assert (await owner.use("pause_briefings"))["error"] == "nothing_to_change"
    assert (await owner.use("pause_briefings", which=["tudo"]))["error"] == "bad_arguments"
    assert (await owner.use("pause_briefings", which=[]))["error"] == "bad_arguments"


async def test_they_are_the_owner_s(manager: OwnersChat) -> None:
    """A manager neither pauses nor resumes what the owner wants to hear."""
    for tool in ("pause_briefings", "resume_briefings"):
        assert (await manager.use(tool))["error"] == "not_allowed"
