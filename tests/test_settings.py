"""The environment: what is missing or wrong is named, and its value never shown."""

import os

import pytest
from cryptography.fernet import Fernet

import settings
import temporal
from domain.errors import Misconfigured

KEY = Fernet.generate_key().decode()
SECRET = "hunter2-do-not-show"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: os.PathLike[str]) -> None:
    """A complete environment, and no `.env` file of the machine."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("AUZAP_", "DATABASE_", "OPENAI_", "TEMPORAL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@db/auzap")
    monkeypatch.setenv("AUZAP_SECRET_KEY", KEY)


def test_two_variables_are_enough() -> None:
    """Everything else has a default; bodies and phones stay out of the log."""
    loaded = settings.load()
    assert (loaded.auzap_log_bodies, loaded.auzap_log_phones, loaded.auzap_log_level) == (False, False, "INFO")
    assert loaded.keys == [KEY]


def test_every_missing_variable_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator mends a fresh installation in one go."""
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("AUZAP_SECRET_KEY")
    with pytest.raises(Misconfigured, match=r"DATABASE_URL: .*AUZAP_SECRET_KEY: "):
        settings.load()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", f"mysql://app:{SECRET}@db/auzap"),
        ("DATABASE_URL", SECRET),
        ("DATABASE_OWNER_URL", SECRET),
        ("DATABASE_POOL", f"{SECRET}"),
        ("DATABASE_POOL", "0"),
        ("AUZAP_SECRET_KEY", ""),
        ("AUZAP_SECRET_KEY", " , "),
        ("AUZAP_SECRET_KEY", SECRET),
        ("AUZAP_SECRET_KEY", f"{KEY},{SECRET}"),
        ("AUZAP_GATEWAY_PORT", "99999"),
        ("AUZAP_MAX_BODY_BYTES", "10"),
        ("AUZAP_LOG_LEVEL", SECRET),
        ("AUZAP_LOG_BODIES", SECRET),
        ("AUZAP_METRICS_ADDRESS", SECRET),
        ("AUZAP_TASK_QUEUE", ""),
        ("OPENAI_BASE_URL", SECRET),
        ("OPENAI_TIMEOUT_SECONDS", "0"),
    ],
)
def test_a_wrong_variable_is_named_and_its_value_is_not(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """The message goes to a terminal or a log, so it says which and how, never what."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(Misconfigured) as caught:
        settings.load()
    assert variable in str(caught.value)
    assert ".env.example" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert KEY not in str(caught.value)


def test_secrets_do_not_show_in_the_settings_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printed by accident, they are stars."""
    monkeypatch.setenv("DATABASE_URL", f"postgresql://app:{SECRET}@db/auzap")
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    shown = repr(settings.load())
    assert SECRET not in shown
    assert KEY not in shown


def test_a_rotated_key_leaves_the_conversations_keys_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest key is behind the workflow ids: with a new one in front they stay the same."""
    before = settings.load().id_secret
    monkeypatch.setenv("AUZAP_SECRET_KEY", f"{Fernet.generate_key().decode()}, {KEY}")
    assert settings.load().id_secret == before


def test_the_level_may_be_written_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """`info` is what most people type."""
    monkeypatch.setenv("AUZAP_LOG_LEVEL", "warning")
    assert settings.load().auzap_log_level == "WARNING"


@pytest.mark.parametrize(
    ("variable", "value"), [("TEMPORAL_PROFILE", "nobodys"), ("TEMPORAL_TLS_CLIENT_CERT_PATH", "/nonexistent")]
)
async def test_a_wrong_setting_of_temporal_is_an_operators_matter(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """A profile or file that is not there is said in a sentence, not in a traceback."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(Misconfigured, match="TEMPORAL_"):
        await temporal.connect(lazy=True)
