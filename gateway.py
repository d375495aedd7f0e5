"""The HTTP process: webhooks in, the operators' console, health. Settings, pool and clients are built here, once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from temporalio.client import Client
from temporalio.service import RPCError

import process
import temporal
from console.application import console_application, painters
from console.live import Live
from console.parts import Parts
from console.serving import Server
from domain.errors import StorageUnavailable
from operating.attending import Attending
from operating.signing_in import SigningIn
from settings import Settings
from storage.database import Database
from storage.instances import Instances
from storage.secrets import Keyring
from webhooks.doors import Doors
from webhooks.intake import Intake
from webhooks.routes import Refusal, no_such_page, refused, router

_log = structlog.get_logger()

_HEALTH_SECONDS = 5.0


def application(
    database: Database, client: Client, config: Settings, *, signing_in: SigningIn | None = None
) -> FastAPI:
    """The gateway over what it needs. While it is served, it follows what changes for the consoles that are open."""
    instances = Instances(Keyring(config.keys))
    intake = Intake(database, instances, client, config.id_secret, config.auzap_task_queue)
    parts = Parts(
        database,
        client,
        Attending(database, client, task_queue=config.auzap_task_queue),
        instances,
        intake,
        str(config.auzap_temporal_ui_url).rstrip("/") if config.auzap_temporal_ui_url else None,
    )
    live = Live(config.database_url.get_secret_value(), painters(parts))

    @asynccontextmanager
    async def following(_app: FastAPI) -> AsyncIterator[None]:
        listening = asyncio.create_task(live.run())
        try:
            yield
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening

    app = FastAPI(title="AuZap", docs_url=None, redoc_url=None, lifespan=following)
    app.state.live = live
    app.include_router(router(Doors(database, instances), intake, max_body_bytes=config.auzap_max_body_bytes))
    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(HTTPException, no_such_page)

    @app.get("/health")
    async def health() -> JSONResponse:
        """200 when messages can be taken; 503 naming what is away."""
        away = []
        try:
            async with asyncio.timeout(_HEALTH_SECONDS), database.unbound() as connection:
                await connection.fetchval("select 1")
        except (StorageUnavailable, TimeoutError):
            away.append("database")
        try:
            async with asyncio.timeout(_HEALTH_SECONDS):
                await client.service_client.check_health()
        except (RPCError, RuntimeError, TimeoutError):  # RuntimeError: the first connection of a lazy client
            away.append("temporal")
        return JSONResponse({"status": "away" if away else "ok", "away": away}, 503 if away else 200)

    console = console_application(
        parts,
        live,
        signing_in or SigningIn(database, config.id_secret),
        secure_cookies=config.auzap_console_secure_cookies,
    )
    app.mount("/console", console)
    return app


async def serve(config: Settings) -> None:
    """Serve until SIGTERM or SIGINT. The process starts without Temporal, and answers 503 until it is there."""
    database = await Database.connect_patiently(config.database_url.get_secret_value(), max_size=config.database_pool)
    client = await temporal.connect(lazy=True)
    app = application(database, client, config)
    server = Server(
        uvicorn.Config(
            app,
            host=config.auzap_gateway_host,
            port=config.auzap_gateway_port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=20,
            forwarded_allow_ips=config.auzap_trusted_proxies,
        ),
        app.state.live,
    )
    _log.info("[WORKER] Gateway started", port=config.auzap_gateway_port)
    await server.serve()
    await database.close()


if __name__ == "__main__":
    process.run(serve)
