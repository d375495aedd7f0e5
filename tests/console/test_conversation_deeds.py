"""console/conversation_deeds.py over the whole engine: operators take, answer, note, give back and settle."""

import re
import uuid
from collections.abc import AsyncIterator

import httpx
import pytest
from temporalio.client import Client

from dev.postgres import DatabaseUrls
from storage.database import Database
from storage.instances import Instances
from tests.conftest import Keys
from tests.console.at_work import AtWork, working_console


@pytest.fixture
async def at_work(
    database: Database, instances: Instances, keys: Keys, temporal_client: Client, database_urls: DatabaseUrls
) -> AsyncIterator[AtWork]:
    """The customer has said "Oi" and was answered."""
    async with working_console(database, instances, keys, temporal_client, database_urls) as working:
        yield working


async def test_taking_answering_and_giving_back(at_work: AtWork) -> None:
    """Ana takes it, writes, and the customer gets her words once; given back, the AI has it again."""
    assert (await at_work.act(at_work.ana, "assumir")).status_code == 200
    assert await at_work.who_has_it() == ("claimed", "Ana")
    answer = await at_work.act(at_work.ana, "responder", texto="Aqui é a Ana,\r\ntudo bem?")
    assert answer.status_code == 200, answer.text
    assert _typed(answer) == ""
    assert (await at_work.engine.replies(2))[1] == "Aqui é a Ana,\ntudo bem?"
    page = await at_work.ana.get(at_work.path)
    assert "Ana assumiu a conversa" in page.text
    assert (await at_work.act(at_work.ana, "devolver")).status_code == 200
    await at_work.until_had_by(None, None)
    assert "Devolvida à IA (Ana)" in (await at_work.ana.get(at_work.path)).text


async def test_taking_and_answering_in_one(at_work: AtWork) -> None:
    """Where the AI has it, “Assumir e responder” takes it and sends; sent again with the same id nothing is doubled."""
    deed = str(uuid.uuid4())
    form = {"texto": "Oi, é a Ana", "deed": deed, "assumir": "1"}
    for _ in range(2):
        answer = await at_work.ana.post(f"{at_work.path}/responder", form)
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"] == f"/console{at_work.path}#responder"
    assert await at_work.who_has_it() == ("claimed", "Ana")
    assert (await at_work.engine.replies(2))[1] == "Oi, é a Ana"
    assert len(await at_work.engine.rows("select 1 from messages where sender = 'human'")) == 1
    await at_work.act(at_work.ana, "resolver")
    await at_work.until_had_by(None, None)
    assert (await at_work.ana.post(f"{at_work.path}/responder", form)).status_code == 303
    assert await at_work.who_has_it() == (None, None), "a form sent again takes nothing"


async def test_somebody_else_was_quicker(at_work: AtWork) -> None:
    """A reply to what Bruno has is refused by his name; the text and the deed's id are still in the form."""
    await at_work.act(at_work.bruno, "assumir")
    deed = str(uuid.uuid4())
    form = {"texto": 'Texto "longo" </textarea><b>que não se perde', "deed": deed, "assumir": "1"}
    for headers in ({"hx_request": "true"}, {}):
        answer = await at_work.ana.post(f"{at_work.path}/responder", form, **headers)
        assert answer.status_code == 409
        assert re.search(r'role="alert">[^<]*Bruno', answer.text), answer.text
        assert _typed(answer) == "Texto &#34;longo&#34; &lt;/textarea&gt;&lt;b&gt;que não se perde"
        assert f'value="{deed}"' in answer.text
        assert ("<html" in answer.text) is (headers == {})
    refused = await at_work.act(at_work.ana, "assumir")
    assert refused.status_code == 409
    assert "Bruno" in refused.text
    assert await at_work.who_has_it() == ("claimed", "Bruno")
    assert await at_work.engine.rows("select 1 from messages where sender = 'human'") == []


async def test_given_back_meanwhile(at_work: AtWork) -> None:
    """A reply from a page that still shows it as one's own is refused, and then goes out with “Assumir e responder”."""
    await at_work.act(at_work.ana, "assumir")
    await at_work.act(at_work.bruno, "devolver")
    await at_work.until_had_by(None, None)
    deed = str(uuid.uuid4())
    answer = await at_work.ana.post(f"{at_work.path}/responder", {"texto": "Ainda aqui", "deed": deed})
    assert answer.status_code == 409
    assert "voltou para a IA" in answer.text
    assert _typed(answer) == "Ainda aqui"
    assert 'name="assumir" value="1">Assumir e responder' in answer.text
    again = await at_work.ana.post(f"{at_work.path}/responder", {"texto": "Ainda aqui", "deed": deed, "assumir": "1"})
    assert again.status_code == 303, again.text
    assert (await at_work.engine.replies(2))[1] == "Ainda aqui"


async def test_notes_are_kept_once_and_never_sent(at_work: AtWork) -> None:
    """A note stands in the history for the team, once however often the form comes, and goes to no customer."""
    deed = str(uuid.uuid4())
    for _ in range(2):
        form = {"texto": "Cliente antiga", "deed": deed}
        assert (await at_work.ana.post(f"{at_work.path}/anotar", form)).status_code == 303
    assert (await at_work.bruno.get(at_work.path)).text.count("Cliente antiga") == 1
    assert len(at_work.engine.bridge.record.sent) == 1


async def test_what_cannot_be_sent_says_so(at_work: AtWork) -> None:
    """Nothing, too much, and a form without its id are refused with what was typed; nobody is taken over by that."""
    for text, deed, said in (
        ("  \n ", str(uuid.uuid4()), "Escreva a mensagem"),
        ("x" * 4_097, str(uuid.uuid4()), "4096"),
        ("Oi", "", "Recarregue"),
    ):
        form = {"texto": text, "deed": deed, "assumir": ""}
        answer = await at_work.ana.post(f"{at_work.path}/responder", form, hx_request="true")
        assert answer.status_code == 422, said
        assert said in answer.text
        assert _typed(answer).strip() == text.strip()
    assert await at_work.who_has_it() == (None, None)


async def test_passing_it_on(at_work: AtWork) -> None:
    """Who has it gives it to a colleague; to nobody of the team it cannot be given."""
    await at_work.act(at_work.ana, "assumir")
    nobody = await at_work.act(at_work.ana, "transferir", para=str(uuid.uuid4()))
    assert (nobody.status_code, "não está mais na equipe" in nobody.text) == (409, True)
    assert (await at_work.act(at_work.ana, "transferir", para="")).status_code == 422
    done = await at_work.act(at_work.ana, "transferir", para=str(at_work.who["Bruno"].id))
    assert done.status_code == 200, done.text
    assert await at_work.who_has_it() == ("claimed", "Bruno")


async def test_pausing_the_ai(at_work: AtWork) -> None:
    """The AI is silent in this conversation until it is let answer again."""
    assert "IA em pausa" in (await at_work.act(at_work.ana, "pausar")).text
    assert (await at_work.engine.rows("select ai_enabled from conversations"))[0]["ai_enabled"] is False
    assert "IA em pausa" not in (await at_work.act(at_work.ana, "retomar")).text
    assert (await at_work.engine.rows("select ai_enabled from conversations"))[0]["ai_enabled"] is True


def _typed(answer: httpx.Response) -> str:
    found = re.search(r'<textarea id="texto".*?>\n(.*?)</textarea>', answer.text, re.DOTALL)
    assert found is not None, answer.text
    return found[1]
