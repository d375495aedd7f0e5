"""The HTTP process: webhooks in, health. Settings, pool and clients are built here, once."""

import asyncio

import structlog
import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from temporalio.client import Client
from temporalio.service import RPCError

import process
import temporal
from domain.errors import StorageUnavailable
from settings import Settings
from storage.database import Database
from storage.instances import Instances
from storage.secrets import Keyring
from webhooks.doors import Doors
from webhooks.intake import Intake
from webhooks.routes import Refusal, no_such_page, refused, router

_log = structlog.get_logger()

_HEALTH_SECONDS = 5.0


def application(database: Database, client: Client, config: Settings) -> FastAPI:
    """The gateway over what it needs."""
    app = FastAPI(title="AuZap", docs_url=None, redoc_url=None)
    instances = Instances(Keyring(config.keys))
    intake = Intake(database, instances, client, config.id_secret, config.auzap_task_queue)
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

    return app


async def serve(config: Settings) -> None:
    """Serve until SIGTERM or SIGINT. The process starts without Temporal, and answers 503 until it is there."""
    database = await Database.connect_patiently(config.database_url.get_secret_value(), max_size=config.database_pool)
    client = await temporal.connect(lazy=True)
    app = application(database, client, config)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host=config.auzap_gateway_host,
            port=config.auzap_gateway_port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=20,
        )
    )
    _log.info("[WORKER] Gateway started", port=config.auzap_gateway_port)
    await server.serve()
    await database.close()


if __name__ == "__main__":
    process.run(serve)
