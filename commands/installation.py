"""Commands for the installation: tables and keys."""

import psycopg
import typer
from cryptography.fernet import Fernet

from commands.desk import configuration
from commands.output import say
from domain.errors import Misconfigured
from storage.migrate import migrate as bring_up_to_date


def new_key() -> None:
    """Gera uma chave nova para AUZAP_SECRET_KEY."""
    typer.echo(Fernet.generate_key().decode())


def migrate() -> None:
    """Cria ou atualiza as tabelas e o papel da aplicação (usa DATABASE_OWNER_URL)."""
    config = configuration()
    if config.database_owner_url is None:
        raise Misconfigured("falta DATABASE_OWNER_URL: o dono das tabelas, só para este comando")
    try:
        bring_up_to_date(config.database_owner_url.get_secret_value(), config.database_url.get_secret_value())
    except psycopg.Error as error:
        raise Misconfigured(f"não foi possível migrar: {error}") from error
    say("Banco de dados em dia.")
