"""How many wait for a person, and how many steps are stuck: in the head of every page."""

from console.live import Painter
from console.parts import Parts
from console.rendering import fragment
from console.topics import Topic
from storage import attention


def painter(parts: Parts) -> Painter:
    """The inside of the head's badge; the page's script puts `data-waiting` into the window's title."""

    async def paint(topic: Topic) -> str:
        async with parts.database.tenant(topic.organization_id) as tenant:
            found = await attention.wanted(tenant)
        return fragment("badge.html", waiting=found.waiting, stuck=found.stuck)

    return paint
