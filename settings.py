"""The only reader of the environment. Every process reads it once, when it starts."""

from typing import Annotated, Literal

from cryptography.fernet import Fernet
from pydantic import BeforeValidator, Field, HttpUrl, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import Misconfigured

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


class Settings(BaseSettings):
    """What differs between installations. Temporal's own `TEMPORAL_*` are read by its SDK (temporal.py)."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", hide_input_in_errors=True)

    database_url: SecretStr = Field(description="as the app's own role, which cannot bypass row-level security")
    database_owner_url: SecretStr | None = Field(
        default=None, description="as the owner of the tables; for migrations only"
    )
    database_pool: int = Field(default=10, ge=1, le=200)

    auzap_secret_key: SecretStr = Field(description="Fernet keys, newest first, separated by commas")

    openai_api_key: SecretStr = SecretStr("")
    openai_base_url: HttpUrl | None = None
    openai_timeout_seconds: float = Field(default=60, gt=0, le=280)
    openai_max_output_tokens: int = Field(default=800, ge=16)

    auzap_gateway_host: str = "127.0.0.1"
    auzap_gateway_port: int = Field(default=8080, ge=0, le=65_535)
    auzap_gateway_url: HttpUrl | None = Field(
        default=None, description="where providers reach the gateway; `auzap` shows webhook addresses under it"
    )
    auzap_max_body_bytes: int = Field(default=1_048_576, ge=1_024)
    auzap_trusted_proxies: str = Field(
        default="127.0.0.1",
        description="addresses and networks, with commas between, whose X-Forwarded-For and -Proto are believed",
    )
    auzap_console_secure_cookies: bool = Field(
        default=True, description="browsers send the console's cookie over HTTPS only; false where there is none"
    )
    auzap_temporal_ui_url: HttpUrl | None = Field(
        default=None, description="where operators reach the Temporal Web UI; the console links to it"
    )
    auzap_task_queue: str = Field(default="auzap", min_length=1)
    auzap_model_slots: int = Field(default=200, ge=1, description="activities one worker runs at once")
    auzap_metrics_address: str | None = Field(
        default=None, pattern=r"^[^:\s]+:[0-9]{1,5}$", description="host:port for Prometheus, e.g. 127.0.0.1:9464"
    )

    auzap_log_level: Annotated[LogLevel, BeforeValidator(lambda level: str(level).upper())] = "INFO"
    auzap_log_bodies: bool = Field(default=False, description="write what customers wrote into the log")
    auzap_log_phones: bool = Field(default=False, description="write phone numbers in full into the log")

    @field_validator("database_url", "database_owner_url")
    @classmethod
    def _is_postgres(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not url.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must begin with postgresql://")
        return url

    @field_validator("auzap_secret_key")
    @classmethod
    def _are_keys(cls, keys: SecretStr) -> SecretStr:
        parts = _parts(keys)
        try:
            for key in parts:
                Fernet(key)
        except ValueError:  # its text is left out: it may quote the key
            parts = []
        if not parts:
            raise ValueError("is not a key; make one with `auzap new-key`")
        return keys

    @property
    def keys(self) -> list[str]:
        """The Fernet keys, newest first."""
        return _parts(self.auzap_secret_key)

    @property
    def id_secret(self) -> bytes:
        """The secret behind conversation keys: the oldest key, so that a rotation leaves them as they are."""
        return self.keys[-1].encode()


def _parts(keys: SecretStr) -> list[str]:
    return [key.strip() for key in keys.get_secret_value().split(",") if key.strip()]


def load() -> Settings:
    """The settings of this process. Raises `Misconfigured` naming each wrong variable, never its value."""
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(
            f"{'_'.join(map(str, p['loc'])).upper()}: {p['msg']}" for p in error.errors(include_input=False)
        )
        raise Misconfigured(f"settings: {problems}. See .env.example") from error
