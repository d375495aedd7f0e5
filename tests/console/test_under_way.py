"""What a conversation waits for, as its page tells who asks."""

import uuid
from collections.abc import AsyncIterator

import pytest
from temporalio.client import Client

from dev.postgres import DatabaseUrls
from dev.practice_model.faults import Fault, FaultKind
from storage.database import Database
from storage.instances import Instances
from tests.conftest import Keys
from tests.console.at_work import AtWork, working_console


@pytest.fixture
async def work(
    database: Database, instances: Instances, keys: Keys, temporal_client: Client, database_urls: DatabaseUrls
) -> AsyncIterator[AtWork]:
    """A running engine whose customer has been answered."""
    async with working_console(database, instances, keys, temporal_client, database_urls) as at_work:
        yield at_work


async def test_the_page_says_what_a_conversation_waits_for(work: AtWork) -> None:
    """With nothing under way the AI waits for a message; with a person it names the next deadline and its time."""
    page = await work.ana.get(f"{work.path}/agora")
    assert "a IA espera a próxima mensagem" in page.text
    await work.act(work.ana, "assumir")
    await work.until_had_by("claimed", "Ana")
    inside = await work.ana.get(f"{work.path}/agora", hx_request="true")
    assert "devolver à IA se ninguém escrever" in inside.text
    assert "<time datetime=" in inside.text
    assert "<html" not in inside.text


async def test_a_step_that_is_tried_again_is_named_with_its_error(work: AtWork) -> None:
    """The model fails: the page says which step that is, and how often it was tried."""
    work.engine.model.faults.add(Fault(kind=FaultKind.SERVER_ERROR, times=9))
    await work.engine.says("quanto custa o banho?")

    async def is_told() -> bool:
        text = (await work.ana.get(f"{work.path}/agora")).text
        return "2ª tentativa" in text

    await work.engine.until(is_told)


async def test_a_conversation_of_nobodys_is_no_page(work: AtWork) -> None:
    """An id that is not the shop's is answered as one that is nobody's."""
    assert (await work.ana.get(f"/conversas/{uuid.uuid4()}/agora")).status_code == 404
