"""`auzap`: the operator's command. Exit codes: 0 done, 1 refused or not there, 2 wrongly written or misconfigured."""

import os
import re
import sys
from collections.abc import Sequence

import asyncpg
import typer
from temporalio.service import RPCError
from typer.exceptions import Abort, TyperException

from commands import (
    agenda,
    aurora,
    booking,
    installation,
    knowledge,
    letters,
    message,
    number,
    operator,
    professional,
    service,
    shop,
    watch,
)
from commands.output import complain
from domain.errors import Misconfigured, StorageUnavailable
from operating.refusal import Mistyped, Refused
from webhooks.intake import TemporalUnavailable

_NOT_DONE, _WRONG, _INTERRUPTED = 1, 2, 130

app = typer.Typer(
    name="auzap",
    help="AuZap: monta lojas e cuida delas. Lê os mesmos ajustes que os processos (veja .env.example).",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("migrate")(installation.migrate)
app.command("new-key")(installation.new_key)
app.add_typer(shop.org, name="org")
app.add_typer(service.service, name="service")
app.add_typer(professional.professional, name="professional")
app.add_typer(shop.owner, name="owner")
app.add_typer(operator.operator, name="operator")
app.add_typer(number.instance, name="instance")
app.add_typer(agenda.day, name="day")
app.add_typer(aurora.aurora, name="aurora")
app.add_typer(knowledge.knowledge, name="knowledge")
app.add_typer(booking.booking, name="booking")
app.add_typer(booking.waiting, name="waiting")
app.add_typer(watch.handoff, name="handoff")
app.add_typer(watch.conversation, name="conversation")
app.add_typer(message.message, name="message")
app.add_typer(letters.dead_letters, name="dead-letters")
app.add_typer(watch.alerts, name="alerts")
app.command("status")(watch.status)


def run(arguments: Sequence[str]) -> int:
    """Do what `arguments` say; the exit code. Whatever goes wrong is told in one line on stderr."""
    try:
        return int(app(args=list(arguments), prog_name="auzap", standalone_mode=False) or 0)
    except (Mistyped, Misconfigured) as problem:
        complain(str(problem))
        return _WRONG
    except Refused as refused:
        complain(str(refused))
    except asyncpg.DataError:  # the long tail of what the commands themselves do not look at
        complain("um dos valores é longo ou grande demais para ser guardado")
        return _WRONG
    except StorageUnavailable as away:
        complain(f"o banco de dados não responde ({away})")
    except (TemporalUnavailable, RPCError) as away:
        complain(f"o Temporal não responde ({away})")
    except TyperException as usage:
        complain(f"{_in_portuguese(usage.format_message())} (veja --help)")
        return usage.exit_code
    except (Abort, KeyboardInterrupt):
        return _INTERRUPTED
    return _NOT_DONE


def main() -> None:
    """The process."""
    code = run(sys.argv[1:] or ["--help"])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # an interpreter that used the Temporal SDK may abort while it is torn down; nothing is left to do


_WORDS = (
    ("Missing option", "falta a opção"),
    ("Missing argument", "falta o argumento"),
    ("Missing command", "falta o comando"),
    ("No such option:", "não existe a opção"),
    ("No such command", "não existe o comando"),
    ("Invalid value for", "valor inválido para"),
    ("Invalid value:", "valor inválido:"),
    ("Got unexpected extra argument", "argumento a mais:"),
    ("Did you mean", "Você quis dizer"),
    ("Input should be greater than or equal to", "o menor valor é"),
    ("Input should be less than or equal to", "o maior valor é"),
    ("Input should be a valid integer, unable to parse string as an integer", "tem de ser um número inteiro"),
    ("Input should be a valid number, unable to parse string as a number", "tem de ser um número"),
)
_NO_ID = re.compile(r"Input should be a valid UUID.*", re.DOTALL)


def _in_portuguese(message: str) -> str:
    """Typer's own complaint in Portuguese, as far as it is known."""
    for english, portuguese in _WORDS:
        message = message.replace(english, portuguese)
    return _NO_ID.sub("não é um id; copie o da lista", message)


if __name__ == "__main__":
    main()
