"""How long the gateway remembers a shop's address."""

from pydantic import SecretStr

from storage.database import Database
from storage.instances import Instances
from tests.shops import open_shop
from webhooks.doors import Doors, holds_token


async def test_a_changed_token_is_honoured_once_memory_is_no_longer_fresh(
    database: Database, instances: Instances
) -> None:
    """The old token opens for seconds at most; a switched-off shop is forgotten in the same time."""
    now = 100.0
    shop = await open_shop(database, instances)
    doors = Doors(database, instances, clock=lambda: now)
    key = shop.instance.webhook_key
    old = shop.instance.webhook_token.get_secret_value()

    async def change(**what: object) -> None:
        async with database.tenant(shop.organization_id) as tenant:
            await instances.save(tenant, shop.instance.model_copy(update=what))

    async def opens(token: str) -> bool:
        found = await doors.by_key(key)
        return found is not None and holds_token(found, {"apikey": token})

    assert await opens(old)
    await change(webhook_token=SecretStr("new-token"))
    now += 4.9
    assert await opens(old)
    now += 0.2
    assert not await opens(old)
    assert await opens("new-token")
    await change(is_active=False)
    now += 5.1
    assert await doors.by_key(key) is None


async def test_memory_never_mixes_shops(database: Database, instances: Instances) -> None:
    """Each key finds its own shop, a phone number id is no key, and a key is no phone number id."""
    doors = Doors(database, instances)
    first, second = await open_shop(database, instances), await open_shop(database, instances)
    for _ in range(2):
        for shop in (first, second):
            found = await doors.by_key(shop.instance.webhook_key)
            assert found is not None
            assert (found.id, found.organization_id) == (shop.instance.id, shop.organization_id)
            assert await doors.by_phone_number_id(shop.instance.webhook_key) is None
            assert await doors.by_key(shop.instance.external_id) is None


async def test_an_unknown_key_is_not_remembered(database: Database, instances: Instances) -> None:
    """A shop set up a moment after its first message is found at once."""
    doors = Doors(database, instances)
    assert await doors.by_key("soon") is None
    shop = await open_shop(database, instances)
    async with database.tenant(shop.organization_id) as tenant:
        await instances.save(tenant, shop.instance.model_copy(update={"webhook_key": "soon"}))
    found = await doors.by_key("soon")
    assert found is not None
    assert found.id == shop.instance.id


async def test_the_shops_settle_time_comes_with_the_instance(database: Database, instances: Instances) -> None:
    """What the gateway starts a conversation with is the shop's own setting."""
    shop = await open_shop(database, instances, settle_seconds=1.25)
    found = await Doors(database, instances).by_key(shop.instance.webhook_key)
    assert found is not None
    assert found.settle_seconds == 1.25
