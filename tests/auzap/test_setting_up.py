"""A shop set up by commands alone."""

import hashlib
import hmac
import re
from pathlib import Path

from dev.practice_phone.running import running_practice_phone
from tests.auzap.conftest import Command
from tests.engine import Engine, upsert, whatsapp_message
from tests.shops import CUSTOMER


async def _shop(command: Command, slug: str = "bicho-feliz") -> None:
    await command.done("org", "add", slug, "--name", "Bicho Feliz", "--hours", "seg-dom 8h-18h")


async def test_a_shop_set_up_by_commands_answers_its_customers(command: Command, engine: Engine) -> None:
    """Organisation, services, people and number come from commands; a customer is told the price, the owner the day."""
    await _shop(command)
    await command.done("org", "settings", "bicho-feliz", "--settle", "0")
    await command.done(
        "service", "add", "Banho", "--org", "bicho-feliz", "--category", "banho", "--minutes", "60", "--price", "55,90"
    )
    await command.done("professional", "add", "Ana", "--org", "bicho-feliz")
    await command.done("owner", "add", "(11) 97777-0001", "--org", "bicho-feliz", "--name", "Dona")
    said = await command.done(
        "instance", "add", "baileys", "--org", "bicho-feliz", "--url", engine.shop.instance.base_url, "--token", "-",
        stdin=f"{engine.bridge.token}\n",
    )  # fmt: skip
    address = re.search(r"^Webhook: (\S+)$", said.out, re.MULTILINE)
    token = re.search(r"^Token do webhook .*: (\S+)$", said.out, re.MULTILINE)
    assert address is not None
    assert token is not None
    for phone, text in ((CUSTOMER, "Quanto custa o banho?"), ("5511977770001", "Quantos clientes atendi hoje?")):
        body = upsert(whatsapp_message({"conversation": text}, phone=phone))
        answer = await engine.http.post(address[1], json=body, headers={"authorization": f"Bearer {token[1]}"})
        assert answer.status_code == 200
    replies = await engine.replies(2)
    assert any("R$ 55,90" in text for text in replies)
    assert any("ainda não atendeu nenhum cliente" in text for text in replies)


async def test_a_secret_is_never_shown_again(command: Command) -> None:
    """What was given is in no output; the webhook's token is shown when it is made, and not by list or show-webhook."""
    await _shop(command)
    command.environment(AUZAP_INSTANCE_TOKEN="evolution-secret")
    added = await command.done(
        "instance", "add", "evolution", "--org", "bicho-feliz", "--url", "http://evo:8080/", "--instance-name", "bicho"
    )
    token = re.search(r"Bearer ([0-9a-f]{64})", added.out)
    assert token is not None
    listed = await command.done("instance", "list", "--org", "bicho-feliz", "--json")
    shown = await command.done("instance", "show-webhook", "bicho", "--org", "bicho-feliz")
    assert "https://zap.example.com/webhooks/evolution/" in shown.out
    assert all("evolution-secret" not in ran.out for ran in (added, listed, shown))
    assert all(token[1] not in ran.out for ran in (listed, shown))
    assert listed.json[0]["base_url"] == "http://evo:8080"


async def test_secrets_come_from_stdin_line_by_line(command: Command, engine: Engine) -> None:
    """Each `-` takes the next line: first the token, then the app secret, which Meta's signature is checked with."""
    await _shop(command)
    await command.done(
        "instance", "add", "cloud", "--org", "bicho-feliz", "--phone-number-id", "10001", "--token", "-",
        "--app-secret", "-", "--verify-token", "verifica", stdin="the-token\nthe-app-secret\n",
    )  # fmt: skip
    shown = await command.done("instance", "show-webhook", "10001", "--org", "bicho-feliz")
    address = shown.out.removeprefix("Webhook: ").strip()
    asked = {"hub.mode": "subscribe", "hub.verify_token": "verifica", "hub.challenge": "42"}
    assert (await engine.http.get(address, params=asked)).text == "42"
    body = b'{"object": "whatsapp_business_account", "entry": []}'
    signature = hmac.new(b"the-app-secret", body, hashlib.sha256).hexdigest()
    answer = await engine.http.post(address, content=body, headers={"x-hub-signature-256": f"sha256={signature}"})
    assert answer.status_code == 200


async def test_a_number_is_added_once_and_can_come_back(command: Command) -> None:
    """A second add is refused, in the shop and in another; after a removal it comes back under its old address."""
    await _shop(command)
    await _shop(command, "outra")
    add = ("instance", "add", "cloud", "--phone-number-id", "10002", "--token", "a", "--app-secret", "b", "--org")
    await command.done(*add, "bicho-feliz")
    before = (await command.done("instance", "show-webhook", "10002", "--org", "bicho-feliz")).out
    assert (await command(*add, "bicho-feliz")).code == 1
    elsewhere = await command(*add, "outra")
    assert (elsewhere.code, elsewhere.err) == (1, "auzap: esse número já está em outra loja desta instalação\n")
    await command.done("instance", "remove", "10002", "--org", "bicho-feliz")
    assert (await command("instance", "remove", "10002", "--org", "bicho-feliz")).code == 1
    await command.done(*add, "bicho-feliz")
    assert (await command.done("instance", "show-webhook", "10002", "--org", "bicho-feliz")).out == before


async def test_a_bridge_s_number_comes_back_with_its_conversations(command: Command) -> None:
    """Removed and added with a new token it is the same number; a second one on the same bridge takes a name."""
    await _shop(command)
    add = ("instance", "add", "baileys", "--org", "bicho-feliz", "--url", "http://bridge:3000", "--token")
    first = (await command.done(*add, "old")).out.split()[1]
    assert (await command(*add, "other")).code == 1
    await command.done(*add, "other", "--instance-name", "segundo")
    await command.done("instance", "remove", first, "--org", "bicho-feliz")
    assert (await command.done(*add, "new")).out.split()[1] == first


async def test_a_removed_number_takes_nothing_in(command: Command, engine: Engine) -> None:
    """The gateway does not know it any more, and says so in a way that the provider tries again."""
    await _shop(command)
    added = await command.done(
        "instance", "add", "baileys", "--org", "bicho-feliz", "--url", "http://127.0.0.1:9", "--token", "t"
    )
    number = added.out.split()[1]
    await command.done("instance", "remove", number, "--org", "bicho-feliz")
    address = re.search(r"^Webhook: (\S+)$", added.out, re.MULTILINE)
    token = re.search(r"^Token do webhook .*: (\S+)$", added.out, re.MULTILINE)
    assert address is not None
    assert token is not None
    answer = await engine.http.post(address[1], json={}, headers={"authorization": f"Bearer {token[1]}"})
    assert (answer.status_code, answer.json()["error"]) == (503, "unknown_instance")


async def test_a_shop_is_put_on_the_practice_phone(command: Command, engine: Engine, tmp_path: Path) -> None:
    """The phone knows the shop at once: what a customer types on it is answered there."""
    await _shop(command)
    await command.done("org", "settings", "bicho-feliz", "--settle", "0")
    async with running_practice_phone(gateway_url="http://127.0.0.1:9", state_dir=tmp_path) as phone:
        await command.done("instance", "add", "practice", "--org", "bicho-feliz", "--url", phone.url)
        key = (await command.done("instance", "list", "--org", "bicho-feliz", "--json")).json[0]["external_id"]
        assert (await phone.instance(key)).shop_name == "Bicho Feliz"
        typed = await phone.type_message(key, CUSTOMER, "Oi!")
        assert (await phone.next_reply(key, CUSTOMER, after=typed)).text


async def test_a_practice_phone_that_is_away_leaves_no_number_behind(command: Command) -> None:
    """One line says so, and nothing was kept."""
    await _shop(command)
    ran = await command("instance", "add", "practice", "--org", "bicho-feliz", "--url", "http://127.0.0.1:9")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert (await command.done("instance", "list", "--org", "bicho-feliz", "--json")).json == []


async def test_settings_change_only_what_is_named(command: Command) -> None:
    """Everything else keeps its value, inside the model's configuration too."""
    await command.done("org", "add", "bicho", "--name", "Bicho", "--about", "Rua A, 1", "--model", "gpt-x")
    before = (await command.done("org", "show", "bicho", "--json")).json
    await command.done("org", "settings", "bicho", "--no-ai", "--settle", "1.5", "--aurora-model", "gpt-y")
    after = (await command.done("org", "show", "bicho", "--json")).json
    assert after == before | {"ai_enabled": False, "settle_seconds": 1.5, "aurora_model": "gpt-y"}
    await command.done("org", "settings", "bicho", "--about", "", "--hours", "dom 9h-12h", "--name", "Bicho Bom")
    cleared = (await command.done("org", "show", "bicho", "--json")).json
    assert (cleared["about"], cleared["name"], cleared["model"]) == ("", "Bicho Bom", "gpt-x")
    assert cleared["opening_hours"][6] == "domingo: 09:00–12:00"


async def test_one_shop_does_not_see_another(command: Command) -> None:
    """The command connects under row-level security: a list of one shop has nothing of the other."""
    await _shop(command)
    await _shop(command, "outra")
    await command.done("owner", "add", "11977770001", "--org", "bicho-feliz")
    await command.done("professional", "add", "Ana", "--org", "bicho-feliz")
    for what in ("owner", "professional", "service", "instance"):
        assert (await command.done(what, "list", "--org", "outra", "--json")).json == []


async def test_an_owner_comes_and_goes(command: Command) -> None:
    """Added twice is there once; removed twice is refused."""
    await _shop(command)
    await command.done("owner", "add", "11 8765-4321", "--org", "bicho-feliz")
    await command.done(
        "owner", "add", "+55 11 98765-4321", "--org", "bicho-feliz", "--role", "manager", "--name", "Bia"
    )
    found = (await command.done("owner", "list", "--org", "bicho-feliz", "--json")).json
    assert [(one["phone"], one["role"], one["name"]) for one in found] == [("5511987654321", "manager", "Bia")]
    await command.done("owner", "remove", "11987654321", "--org", "bicho-feliz")
    assert (await command("owner", "remove", "11987654321", "--org", "bicho-feliz")).code == 1


async def test_what_a_shop_writes_is_shown_as_it_is(command: Command) -> None:
    """Square brackets are no markup, and an escape sequence does not reach the terminal."""
    await _shop(command)
    await command.done("org", "settings", "bicho-feliz", "--about", "[red]Ana[/red] \x1b[31m")
    out = (await command.done("org", "show", "bicho-feliz")).out
    assert "[red]Ana[/red]" in out
    assert "\x1b" not in out
