"""The environment that the stack gives its processes, and where each of them can be reached."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from dev.postgres import DatabaseUrls
from dev.terminal import DevError

# Set in everything the stack writes or starts, so that its own values are told from a person's settings.
STACK_MARK = "AUZAP_STACK"
PRACTICE_API_KEY = "practice-model-needs-no-key"
_OURS = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "OPENAI_BASE_URL",
    "AUZAP_SECRET_KEY",
    "AUZAP_GATEWAY_URL",
    "AUZAP_GATEWAY_PORT",
    "AUZAP_CONSOLE_SECURE_COOKIES",
    "AUZAP_TEMPORAL_UI_URL",
    "AUZAP_PRACTICE_PHONE_URL",
)


@dataclass(frozen=True)
class Urls:
    """Where the parts of a stack can be reached; None for a part that it does not run."""

    gateway: str
    temporal_address: str
    temporal_namespace: str
    temporal_ui: str | None
    practice_phone: str | None
    practice_model: str | None
    database: str | None = field(repr=False)
    database_owner: str | None = field(repr=False)


def inherited(environ: Mapping[str, str]) -> dict[str, str]:
    """A person's environment without what would lead our processes elsewhere.

    A shell that sourced `.dev/env` carries the addresses of an earlier stack: those are no settings of the person's.
    """
    env = {key: value for key, value in environ.items() if not key.startswith("TEMPORAL_")}
    if env.pop(STACK_MARK, None) is not None:
        for key in _OURS:
            env.pop(key, None)
    if env.get("OPENAI_API_KEY") == PRACTICE_API_KEY:
        del env["OPENAI_API_KEY"]
    for name in ("NO_PROXY", "no_proxy"):
        env[name] = ",".join(filter(None, (env.get(name), "127.0.0.1,localhost")))
    return env


def external_database(environ: Mapping[str, str]) -> DatabaseUrls | None:
    """The database that the person names, or None for the embedded one."""
    app, owner = environ.get("DATABASE_URL"), environ.get("DATABASE_OWNER_URL")
    if app and owner:
        return DatabaseUrls(owner=owner, app=app)
    if app or owner:
        raise DevError(
            "Para usar o seu próprio Postgres, defina DATABASE_URL (papel da aplicação) e DATABASE_OWNER_URL (dono)."
        )
    return None


def new_secret_key() -> str:
    """32 random bytes as URL-safe base64, the form that Fernet takes."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def addresses(urls: Urls, secret_key: str, mark: str) -> dict[str, str]:
    """What every process has to know, as environment variables; never a person's own API key."""
    values = {
        STACK_MARK: mark,
        "TEMPORAL_ADDRESS": urls.temporal_address,
        "TEMPORAL_NAMESPACE": urls.temporal_namespace,
        "TEMPORAL_UI_URL": urls.temporal_ui,
        "DATABASE_URL": urls.database,
        "DATABASE_OWNER_URL": urls.database_owner,
        "OPENAI_BASE_URL": f"{urls.practice_model}/v1" if urls.practice_model else None,
        "OPENAI_API_KEY": PRACTICE_API_KEY if urls.practice_model else None,
        "AUZAP_SECRET_KEY": secret_key,
        "AUZAP_GATEWAY_URL": urls.gateway,
        "AUZAP_GATEWAY_PORT": urls.gateway.rpartition(":")[2],
        "AUZAP_CONSOLE_SECURE_COOKIES": "false",  # plain HTTP, and not every browser trusts that of this machine
        "AUZAP_TEMPORAL_UI_URL": urls.temporal_ui,
        "AUZAP_PRACTICE_PHONE_URL": urls.practice_phone,
    }
    return {key: value for key, value in values.items() if value is not None}
