"""`auzap message find`: where a message went."""

from tests.auzap.conftest import Command
from tests.engine import Engine


async def test_a_message_is_found_with_its_filter(command: Command, engine: Engine, shop_slug: str) -> None:
    """Its conversation, its execution, and what to paste into the Web UI; one that nobody sent is refused."""
    await engine.says("oi", message_id="3EB0FIRST")
    await engine.replies(1)
    await engine.temporal.get_workflow_handle(engine.workflow_id()).result()  # its log is in nobody's output then
    found = (await command.done("message", "find", "3EB0FIRST", "--org", shop_slug, "--json")).json
    (conversation,) = await engine.rows("select id from conversations")
    assert (found["conversation_id"], found["workflow_id"]) == (str(conversation["id"]), engine.workflow_id())
    shown = await command.done("message", "find", "3EB0FIRST", "--org", shop_slug)
    assert f"AuzapMessages = '{found['keys'][0]}'" in shown.out
    none = await command("message", "find", "3EB0NONE", "--org", shop_slug)
    assert (none.code, "não tem essa mensagem" in none.err) == (1, True)
