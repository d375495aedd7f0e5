"""The same conversation through every provider's own webhook and send protocol."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.instances import InstanceKind
from storage.instances import Instances
from tests.engine import Engine
from tests.fakes.cloud_api import CloudApi
from tests.fakes.evolution_api import EvolutionApi, EvolutionInstance
from tests.fakes.faults import Drop
from tests.fakes.serving import served
from tests.shops import Shop, open_shop

JID = "5511999990001@s.whatsapp.net"


@asynccontextmanager
async def shop_on_evolution(engine: Engine, instances: Instances) -> AsyncIterator[tuple[EvolutionApi, Shop]]:
    """A shop whose number is an Evolution API instance that calls our webhook."""
    instance = EvolutionInstance("petshop")
    api = EvolutionApi(instance)
    async with served(api) as url:
        shop = await open_shop(
            engine.database, instances, kind=InstanceKind.EVOLUTION, base_url=url, external_id="petshop"
        )
        instance.apikey = shop.instance.api_token.get_secret_value()
        instance.webhook_url = f"{engine.gateway_url}/webhooks/evolution/{shop.instance.webhook_key}"
        instance.webhook_headers = {"authorization": f"Bearer {shop.instance.webhook_token.get_secret_value()}"}
        yield api, shop


async def test_defect_12_a_number_added_while_the_worker_runs_is_answered(engine: Engine, instances: Instances) -> None:
    """No process holds a socket: a worker that never heard of an instance finds it, webhook in, `sendText` out."""
    async with shop_on_evolution(engine, instances) as (api, shop):
        assert (await api.deliver_message(JID, "quanto custa o banho?")).status_code == 200
        sent = (await api.record.wait_for_sent(1))[0]
        assert "R$ 50,00" in sent.text
        assert sent.to == JID
        echo = await api.deliver_echo(sent)
        assert echo.json()["ignored"] == {"own_echo": 1}
        await api.deliver_status(sent.provider_id, "READ")
        async with engine.database.tenant(shop.organization_id) as tenant:
            status = await tenant.fetchval("select status from messages where direction = 'outbound'")
            waiting = await tenant.fetchval("select count(*) from conversations where status = 'waiting_human'")
        assert (status, waiting) == ("read", 0)


async def test_evolution_is_asked_before_a_send_is_repeated(engine: Engine, instances: Instances) -> None:
    """The connection drops after Evolution sent: `findMessages` finds it, and the customer gets it once."""
    async with shop_on_evolution(engine, instances) as (api, shop):
        api.faults.next(Drop(after_sending=True))
        await api.deliver_message(JID, "oi")

        async def is_sent() -> bool:
            async with engine.database.tenant(shop.organization_id) as tenant:
                found: bool = await tenant.fetchval("select exists (select from messages where status = 'sent')")
                return found

        await engine.until(is_sent)
        assert len(api.record.sent) == 1


async def test_evolutions_closed_socket_holds_the_reply(engine: Engine, instances: Instances) -> None:
    """ "Connection Closed" is no failure: the reply goes out when `connection.update` says open."""
    async with shop_on_evolution(engine, instances) as (api, shop):
        api.instances["petshop"].state = "close"
        await api.deliver_message(JID, "oi")

        async def is_held() -> bool:
            async with engine.database.tenant(shop.organization_id) as tenant:
                found: bool = await tenant.fetchval(
                    "select exists (select from messages where direction = 'outbound' and status = 'pending')"
                )
                return found

        await engine.until(is_held)
        api.instances["petshop"].state = "open"
        await api.deliver_connection("open")
        await api.record.wait_for_sent(1)


async def test_a_conversation_through_the_cloud_api(engine: Engine, instances: Instances) -> None:
    """A signed webhook in, Graph API out with the answer, statuses noted, a 12-digit number understood."""
    api = CloudApi()
    async with served(api) as url:
        shop = await open_shop(
            engine.database,
            instances,
            kind=InstanceKind.CLOUD,
            base_url=f"{url}/v23.0",
            external_id=api.phone_number_id,
        )
        api.token = shop.instance.api_token.get_secret_value()
        api.app_secret = shop.instance.app_secret.get_secret_value()
        api.webhook_url = f"{engine.gateway_url}/webhooks/cloud/{shop.instance.webhook_key}"
        response = await api.deliver_message("553190000008", "quanto custa o banho?", provider_id="wamid.TEST")
        assert response.json() == {"accepted": 1, "ignored": {}, "kept": 0}
        sent = (await api.record.wait_for_sent(1))[0]
        assert "R$ 50,00" in sent.text
        assert sent.to == "553190000008"
        await api.deliver_status(sent, "delivered")
        async with engine.database.tenant(shop.organization_id) as tenant:
            assert await tenant.fetchval("select status from messages where direction = 'outbound'") == "delivered"
            assert await tenant.fetchval("select phone from contacts") == "5531990000008"
