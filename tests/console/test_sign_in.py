"""The door: who comes in, how long they stay, and what guessing gets one."""

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest
from argon2 import PasswordHasher

from operating import operators
from operating.deeds import at_command_line
from operating.passwords import Passwords
from operating.sign_in_limits import PER_ACCOUNT, PER_ADDRESS, SignInLimits, TooManyTries
from operating.signing_in import SigningIn
from tests.console.conftest import PASSWORD, Browser, Console
from tests.console.serving_secure import secure_console

NOBODY = {"loja": "nenhuma", "email": "x@y.example", "senha": "qualquer coisa"}


async def owner(console: Console, statement: str, *arguments: object) -> None:
    """Change rows behind the app's back."""
    connection = await asyncpg.connect(console.owner_url)
    try:
        await connection.execute(statement, *arguments)
    finally:
        await connection.close()


def asked(console: Console, **other: str) -> dict[str, str]:
    """Ana's sign-in, but for what is named."""
    return {"loja": console.slug(), "email": console.ana.email, "senha": PASSWORD} | other


async def test_the_right_words_open_and_go_where_one_wanted(console: Console) -> None:
    """A session begins, in a cookie that scripts and other sites do not see, and the page is the one asked for."""
    stranger = await console.stranger()
    page = await stranger.get("/console/entrar", params={"loja": "amigo", "destino": "/console/agenda?dia=2026-11-23"})
    assert 'value="amigo"' in page.text
    assert 'value="/console/agenda?dia=2026-11-23"' in page.text
    answer = await stranger.post("/console/entrar", data=asked(console, destino="/console/agenda?dia=2026-11-23"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/agenda?dia=2026-11-23")
    cookie, mark = answer.headers.get_list("set-cookie")
    assert re.fullmatch(r"auzap-conhecido=[0-9a-f]{64}; HttpOnly; Max-Age=15552000; Path=/; SameSite=lax", mark)
    assert re.fullmatch(
        rf"auzap={console.shop.organization_id.hex}\.[\w-]{{43}}; HttpOnly; Max-Age=604800; Path=/; SameSite=lax",
        cookie,
    )
    assert "Ana" in (await stranger.get("/console/senha")).text


async def test_over_https_the_cookie_is_bound_to_the_host(console: Console) -> None:
    """As an installation with HTTPS has it: `__Host-`, Secure, no Domain, the whole path."""
    async with secure_console(console) as http:
        answer = await http.post("/console/entrar", data=asked(console))
        cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.startswith("__Host-auzap")
        assert "; Secure" in cookie
        assert "Path=/;" in cookie
        assert "Domain" not in cookie


async def test_the_email_is_found_however_it_is_capitalised(console: Console) -> None:
    """And with spaces around, which telephones add."""
    stranger = await console.stranger()
    shouted = asked(console, email=f" {console.ana.email.upper()} ", loja=f" {console.slug().upper()}")
    assert (await stranger.post("/console/entrar", data=shouted)).status_code == 303


async def test_a_token_is_stored_as_its_hash_only(console: Console) -> None:
    """Who reads the database cannot become an operator."""
    stranger = await console.stranger()
    await stranger.post("/console/entrar", data=asked(console))
    token = stranger.cookies["auzap"].partition(".")[2]
    assert len(base64.urlsafe_b64decode(token + "=")) == 32
    async with console.database.tenant(console.shop.organization_id) as tenant:
        rows = await tenant.fetch("select * from operator_sessions")
        whole = await tenant.fetchval("select operators::text from operators where id = $1", console.ana.id)
    assert [row["token_hash"] for row in rows] == [hashlib.sha256(token.encode()).hexdigest()]
    assert PASSWORD not in whole
    assert "$argon2id$" in whole


async def test_every_sign_in_is_a_new_session(console: Console) -> None:
    """A cookie that somebody planted is not what one is signed in with, and the old one ends."""
    stranger = await console.stranger()
    planted = f"{console.shop.organization_id.hex}.{'A' * 43}"
    stranger.cookies.set("auzap", planted, domain="127.0.0.1")
    await stranger.post("/console/entrar", data=asked(console))
    first = dict(stranger.cookies)["auzap"]
    assert first != planted
    await stranger.post("/console/entrar", data=asked(console))
    assert dict(stranger.cookies)["auzap"] != first
    assert await console.signing_in.session_of(first) is None


WRONG = {
    "shop": {"loja": "nenhuma-loja"},
    "email": {"email": "ninguem@amigo.example"},
    "password": {"senha": "cachorro quente 43"},
    "everything": NOBODY,
    "nothing": {"loja": "", "email": "", "senha": ""},
    "a NUL": {"loja": "a\0b", "email": "a\0@b.example", "senha": "cachorro\0quente"},
    "a long password": {"senha": "x" * 5_000},
    "a long email": {"email": f"{'x' * 30_000}@y.example"},
    "another's password case": {"senha": PASSWORD.upper()},
    "the password and more": {"senha": PASSWORD + " " * 300},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
async def test_what_is_wrong_is_not_said(console: Console, wrong: dict[str, str]) -> None:
    """Status and page are the same, but for what one typed; nothing is set."""
    stranger = await console.stranger()
    answer = await stranger.post("/console/entrar", data=asked(console, **wrong))
    usual = await stranger.post("/console/entrar", data=asked(console, senha="errada de todo"))
    assert (answer.status_code, usual.status_code) == (422, 422)
    assert "set-cookie" not in answer.headers
    typed = r'id="(loja|email|senha)"[^>]*>'
    assert re.sub(typed, "", answer.text) == re.sub(typed, "", usual.text)
    assert "Loja, e-mail ou senha incorretos." in answer.text
    assert 'type="password" required maxlength="200"' in answer.text
    assert "cachorro" not in answer.text


async def test_a_wrong_shop_costs_the_same_work(console: Console) -> None:
    """Whoever is named, one hash is verified: time does not tell who is there."""
    verified: list[bool] = []

    class Counting(Passwords):
        async def is_right(self, password_hash: str | None, password: str) -> bool:
            verified.append(password_hash is not None)
            return await super().is_right(password_hash, password)

    door = SigningIn(console.database, b"s", Counting(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    for slug, email in ((console.slug(), console.ana.email), (console.slug(), "x@y.z"), ("x", console.ana.email)):
        with pytest.raises(Exception, match="incorretos"):
            await door.sign_in(slug, email, "errada de todo", None)
    assert verified == [True, False, False]
    seconds: dict[str | None, float] = {}
    slow = Passwords()
    for password_hash in (await slow.hashed(PASSWORD), None):
        began = asyncio.get_running_loop().time()
        assert not await slow.is_right(password_hash, "errada")
        seconds[password_hash] = asyncio.get_running_loop().time() - began
    fast, slowest = sorted(seconds.values())
    assert slowest < 5 * fast  # a missing hash verified for nothing takes some hundred times less


async def test_after_five_failures_one_waits(console: Console) -> None:
    """Even with the right password, and told for how long; other accounts come in meanwhile, and time heals."""
    stranger = await console.stranger()
    for _ in range(PER_ACCOUNT):
        assert (await stranger.post("/console/entrar", data=asked(console, senha="errada de todo"))).status_code == 422
    answer = await stranger.post("/console/entrar", data=asked(console))
    assert answer.status_code == 429
    assert "Muitas tentativas. Tente de novo em 15 minutos." in answer.text
    assert 14 * 60 < int(answer.headers["retry-after"]) <= 15 * 60
    other = await console.stranger()  # in the same one Ana would be no stranger any more
    assert (await other.post("/console/entrar", data=asked(console, email=console.bruno.email))).status_code == 303
    await owner(console, "update sign_in_attempts set at = at - interval '14 minutes 30 seconds'")
    again = await stranger.post("/console/entrar", data=asked(console))
    assert "Tente de novo em 1 minuto." in again.text
    await owner(console, "update sign_in_attempts set at = at - interval '31 seconds'")
    assert (await stranger.post("/console/entrar", data=asked(console))).status_code == 303


async def test_an_account_that_does_not_exist_is_limited_alike(console: Console) -> None:
    """Or the limit would tell who is there."""
    stranger = await console.stranger()
    codes = [(await stranger.post("/console/entrar", data=NOBODY)).status_code for _ in range(PER_ACCOUNT + 1)]
    assert codes == [422] * PER_ACCOUNT + [429]


async def test_guesses_at_once_count_as_many(console: Console) -> None:
    """Twenty parallel guesses get five looks at the password, not twenty."""
    strangers = [await console.stranger() for _ in range(20)]
    answers = await asyncio.gather(
        *(one.post("/console/entrar", data=asked(console, senha=f"tentativa {i}")) for i, one in enumerate(strangers))
    )
    assert sorted(answer.status_code for answer in answers) == [422] * PER_ACCOUNT + [429] * (20 - PER_ACCOUNT)


async def test_success_forgets_the_account_s_failures(console: Console) -> None:
    """Four mistakes yesterday and four today are nobody's attack."""
    stranger = await console.stranger()
    for _ in range(2):
        for _ in range(PER_ACCOUNT - 1):
            await stranger.post("/console/entrar", data=asked(console, senha="errada de todo"))
        assert (await stranger.post("/console/entrar", data=asked(console))).status_code == 303


async def test_an_address_may_not_try_every_account(console: Console) -> None:
    """Thirty failures from one address, of whatever accounts, and it waits; another address does not."""
    limits = SignInLimits(console.database, b"secret")
    for number in range(PER_ADDRESS):
        await limits.count(f"conta {number}", f"2001:db8:1:2::{number:x}")  # one home has them all
    with pytest.raises(TooManyTries):
        await limits.count("outra", "2001:db8:1:2:ffff::1")
    await limits.count("outra", "2001:db8:1:3::1")
    await limits.count("outra", "203.0.113.9")


async def test_successes_do_not_use_up_an_address(console: Console) -> None:
    """A shop's whole team comes in through one router."""
    limits = SignInLimits(console.database, b"secret")
    for number in range(PER_ADDRESS + 5):
        await limits.forgive(await limits.count(f"conta {number}", "203.0.113.9"))


async def test_tries_are_kept_as_keyed_hashes_and_not_for_long(console: Console) -> None:
    """What is stored tells neither who tried nor from where, and old ones go."""
    limits = SignInLimits(console.database, b"secret")
    await limits.count("loja|ana@x.example", "203.0.113.9")
    await owner(console, "update sign_in_attempts set at = at - interval '1 hour'")
    await limits.forgive(await limits.count("loja|bruno@x.example", "203.0.113.8"))
    await limits.count("loja|ana@x.example", "203.0.113.9")
    async with console.database.unbound() as unbound:
        subjects = [row["subject"] for row in await unbound.fetch("select subject from sign_in_attempts")]
    assert len(subjects) == 2
    plain = {hashlib.sha256(word.encode()).hexdigest() for word in ("203.0.113.9", "sign-in|address|203.0.113.9")}
    assert not plain & set(subjects)


@pytest.mark.parametrize(
    "destination",
    [
        "https://mal.example/",
        "//mal.example/console/",
        "/\\mal.example",
        "/console/\\mal.example",
        "/console/../webhooks",
        "javascript:alert(1)",
        "/console/fila\r\nSet-Cookie: a=b",
        "/consolefalso",
        "/health",
        "/console/sair",
        "/console/entrar",
        "/console/" + "x" * 2_000,
        "\0",
        "",
    ],
)
async def test_one_is_sent_nowhere_else(console: Console, destination: str) -> None:
    """Whatever a link says, one lands in the console."""
    stranger = await console.stranger()
    assert (
        f'name="destino" value="{"/console/fila"}"'
        in (await stranger.get("/console/entrar", params={"destino": destination})).text
    )
    answer = await stranger.post("/console/entrar", data=asked(console, destino=destination))
    assert answer.headers["location"] == "/console/fila"
    assert {one.partition("=")[0] for one in answer.headers.get_list("set-cookie")} == {"auzap", "auzap-conhecido"}


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://mal.example"},
        {"origin": "null"},
    ],
    ids=str,
)
async def test_no_other_site_signs_anybody_in(console: Console, headers: dict[str, str]) -> None:
    """Or a page of somebody's could put an operator into a shop of theirs unawares."""
    stranger = await console.stranger()
    answer = await stranger.post("/console/entrar", data=asked(console), headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_our_own_page_may(console: Console) -> None:
    """As browsers say it: by Sec-Fetch-Site, or by Origin."""
    stranger = await console.stranger()
    for headers in ({"sec-fetch-site": "same-origin", "origin": console.url}, {"origin": console.url}):
        answer = await stranger.post("/console/entrar", data=asked(console), headers=headers)
        assert answer.status_code == 303


async def test_signing_out_ends_the_session(console: Console, ana: Browser) -> None:
    """Also for whoever copied the cookie; the browser forgets it."""
    copied = dict(ana.http.cookies)["auzap"]
    answer = await ana.post("/sair")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/entrar")
    assert 'auzap=""; ' in answer.headers["set-cookie"]
    assert await console.signing_in.session_of(copied) is None


async def test_a_session_ends_when_idle_and_after_a_week(console: Console, ana: Browser, bruno: Browser) -> None:
    """Twelve hours without a look, or seven days in all; each look begins the twelve hours anew."""
    await owner(console, "update operator_sessions set last_seen_at = last_seen_at - interval '11 hours 59 minutes'")
    assert (await ana.get("/senha")).status_code == 200
    await owner(console, "update operator_sessions set last_seen_at = last_seen_at - interval '2 minutes'")
    assert (await ana.get("/senha")).status_code == 200
    assert (await bruno.get("/senha")).status_code == 303
    await owner(console, "update operator_sessions set expires_at = expires_at - interval '7 days'")
    assert (await ana.get("/senha")).status_code == 303


async def test_a_look_is_noted_at_most_once_a_minute(console: Console, ana: Browser) -> None:
    """A page that is looked at all the time does not write all the time."""
    seen = "select last_seen_at from operator_sessions"

    async def last() -> object:
        await ana.get("/senha")
        async with console.database.tenant(console.shop.organization_id) as tenant:
            return await tenant.fetchval(seen)

    first = await last()
    assert await last() == first
    await owner(console, "update operator_sessions set last_seen_at = last_seen_at - interval '61 seconds'")
    assert await last() != first


async def test_sessions_that_are_over_are_forgotten(console: Console, ana: Browser) -> None:
    """At the next sign-in of theirs; those that last are left."""
    await console.sign_in(console.ana)
    await owner(
        console,
        """update operator_sessions set last_seen_at = last_seen_at - interval '13 hours'
           where token_hash = (select min(token_hash) from operator_sessions)""",
    )
    await console.sign_in(console.ana)
    async with console.database.tenant(console.shop.organization_id) as tenant:
        assert await tenant.fetchval("select count(*) from operator_sessions") == 2


async def test_whoever_is_put_out_cannot_come_in(console: Console) -> None:
    """With the same words as for anybody else."""
    await operators.deactivate(console.database, console.shop.organization_id, at_command_line(), console.ana.id)
    answer = await (await console.stranger()).post("/console/entrar", data=asked(console))
    assert answer.status_code == 422
    assert "incorretos" in answer.text


async def test_a_sign_in_in_flight_does_not_outlive_a_new_password(console: Console) -> None:
    """Checked against the old hash and stored after the change, the session would be the thief's."""

    class Meanwhile(Passwords):
        async def is_right(self, password_hash: str | None, password: str) -> bool:
            right = await super().is_right(password_hash, password)
            await operators.set_password(
                console.database,
                console.passwords,
                console.shop.organization_id,
                at_command_line(),
                console.ana.id,
                "outra senha bem longa",
            )
            return right

    door = SigningIn(console.database, b"s", Meanwhile(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    with pytest.raises(Exception, match="incorretos"):
        await door.sign_in(console.slug(), console.ana.email, PASSWORD, None)
    async with console.database.tenant(console.shop.organization_id) as tenant:
        assert await tenant.fetchval("select count(*) from operator_sessions") == 0


async def test_a_password_is_hashed_anew_when_the_parameters_changed(console: Console) -> None:
    """As the operator signs in, who alone knows it."""
    stronger = SigningIn(console.database, b"s", Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)))
    shown = await stronger.sign_in(console.slug(), console.ana.email, PASSWORD, None)
    assert await stronger.session_of(shown) is not None
    async with console.database.tenant(console.shop.organization_id) as tenant:
        stored = await tenant.fetchval("select password_hash from operators where id = $1", console.ana.id)
    assert stored.startswith("$argon2id$v=19$m=16,t=2,p=1$")
    assert await stronger.sign_in(console.slug(), console.ana.email, PASSWORD, None)


async def test_one_s_own_password_is_changed_with_the_old_one(console: Console, ana: Browser) -> None:
    """Other browsers are out, this one stays, with a session that is new too; the old password is no more."""
    elsewhere = await console.sign_in(console.ana)
    before = dict(ana.http.cookies)["auzap"]
    new = {"atual": PASSWORD, "nova": "tosa higiênica 77", "repetida": "tosa higiênica 77"}
    answer = await ana.post("/senha", new)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/senha?trocada=true")
    assert "Senha trocada" in (await ana.get("/senha?trocada=true")).text
    assert (await elsewhere.get("/senha")).status_code == 303
    assert await console.signing_in.session_of(before) is None
    assert (await (await console.stranger()).post("/console/entrar", data=asked(console))).status_code == 422
    await console.sign_in(console.ana, "tosa higiênica 77")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"atual": "errada de todo", "nova": "tosa higiênica 77"}, "A senha atual não confere."),
        ({"atual": PASSWORD, "nova": "curta"}, "pelo menos 10"),
        ({"atual": PASSWORD, "nova": "x" * 201}, "passa de 200"),
        ({"atual": PASSWORD, "nova": "aaaaaaaaaaaa"}, "fácil demais"),
        ({"atual": PASSWORD, "nova": "tosa higiênica 77", "repetida": "tosa higiênica 78"}, "não são iguais"),
    ],
)
async def test_a_new_password_has_to_do(ana: Browser, form: dict[str, str], said: str) -> None:
    """Told why not, in words; the session goes on."""
    answer = await ana.post("/senha", {"repetida": form["nova"], **form})
    assert answer.status_code == 422
    assert said in answer.text
    assert (await ana.get("/senha")).status_code == 200


async def test_the_old_password_cannot_be_guessed_from_within(console: Console, ana: Browser) -> None:
    """Who found a browser open has five tries, as anybody has at the door."""
    form = {"atual": "errada de todo", "nova": "tosa higiênica 77", "repetida": "tosa higiênica 77"}
    codes = [(await ana.post("/senha", form)).status_code for _ in range(PER_ACCOUNT + 1)]
    assert codes == [422] * PER_ACCOUNT + [429]


async def test_the_same_letters_are_the_same_password(console: Console) -> None:
    """An accent composed by one keyboard and decomposed by another."""
    await operators.set_password(
        console.database,
        console.passwords,
        console.shop.organization_id,
        at_command_line(),
        console.ana.id,
        "aça\u0303o e reação",
    )
    await console.sign_in(console.ana, "ação e reação")


async def test_a_browser_left_open_comes_back_where_it_was(console: Console, ana: Browser) -> None:
    """A form sent after the session ended leads to the door, and from there back to its page."""
    await owner(console, "delete from operator_sessions")
    answer = await ana.post("/sair", Referer=f"{console.url}/console/agenda?dia=2026-11-23")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/console/entrar?destino=/console/agenda%3Fdia%3D2026-11-23"
    strange = await ana.post("/sair", Referer="https://mal.example/console/agenda")
    assert strange.headers["location"] == "/console/entrar?destino=/console/fila"


def test_waits_are_told_in_minutes() -> None:
    """Rounded up, and never none."""
    told = [str(TooManyTries(timedelta(seconds=seconds))) for seconds in (0, 60, 61)]
    assert [re.findall(r"\d+ minutos?", one) for one in told] == [["1 minuto"], ["1 minuto"], ["2 minutos"]]


async def test_the_door_works_without_scripts_and_is_labelled(console: Console) -> None:
    """Every field of the sign-in has its label, and the page a heading and a language."""
    text = (await (await console.stranger()).get("/console/entrar")).text
    for field in ("loja", "email", "senha"):
        assert f'<label for="{field}">' in text
        assert f'id="{field}"' in text
    assert '<html lang="pt-BR">' in text
    assert text.count("<h1>") == 1
    assert "<script" not in text


async def test_answers_of_the_door_say_no_more_than_pages(console: Console) -> None:
    """A body over the limit is answered by a page, and the connection serves on."""
    stranger = await console.stranger()
    answer = await stranger.post("/console/entrar", data=asked(console, senha="x" * 70_000))
    assert answer.status_code == 413
    assert "grande demais" in answer.text

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(80):
            yield b"x" * 1_000

    assert (await stranger.post("/console/entrar", content=endless())).status_code == 413
    assert (await stranger.post("/console/entrar", data=asked(console))).status_code == 303
