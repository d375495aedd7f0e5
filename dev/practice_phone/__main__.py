"""`python -m dev.practice_phone`: a stand-in for WhatsApp on a developer's machine, with a page to chat by hand."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console

from dev.practice_phone.guard import is_loopback
from dev.practice_phone.running import PhoneServer
from dev.practice_phone.server import PhoneSettings


def _loopback(host: str) -> str:
    if not is_loopback(host):
        raise typer.BadParameter("o celular de treino só atende nesta máquina: use 127.0.0.1")
    return host


def _web_address(url: str | None) -> str | None:
    if url is not None and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
        raise typer.BadParameter("precisa ser um endereço http:// ou https://")
    return url


def main(
    host: Annotated[str, typer.Option(callback=_loopback, help="Endereço local em que atende.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Porta.")] = 8090,
    gateway_url: Annotated[
        str, typer.Option(callback=_web_address, help="Gateway que recebe os webhooks.")
    ] = "http://127.0.0.1:8080",
    state_dir: Annotated[Path, typer.Option(help="Pasta em que guarda conversas e entregas pendentes.")] = Path(".dev"),
    temporal_ui_url: Annotated[
        str | None, typer.Option(callback=_web_address, help="Temporal Web UI, para o atalho na página.")
    ] = None,
) -> None:
    """Celular de treino: conversa com a loja sem WhatsApp de verdade."""
    settings = PhoneSettings(gateway_url=gateway_url, state_dir=state_dir, temporal_ui_url=temporal_ui_url)
    Console(stderr=True).print(f"Celular de treino: http://{f'[{host}]' if ':' in host else host}:{port}", markup=False)
    server = PhoneServer(settings, host=host, port=port, signals=True)
    asyncio.run(server.serve())
    if not server.started:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
