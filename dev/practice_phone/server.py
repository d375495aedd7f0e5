"""The practice phone's HTTP application: the bridge's routes, the people's routes, and the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from dev.practice_phone import engine_api, people_api
from dev.practice_phone.changes import Changes
from dev.practice_phone.deliveries import Backoff, Deliveries
from dev.practice_phone.guard import LoopbackGuard
from dev.practice_phone.outbox import Outbox
from dev.practice_phone.phone import Phone
from dev.practice_phone.store import Store

_PAGE = Path(__file__).parent / "page"


@dataclass(frozen=True, slots=True)
class PhoneSettings:
    """Where webhooks go, where state is kept, and the Temporal Web UI that the page links to."""

    gateway_url: str
    state_dir: Path
    temporal_ui_url: str | None = None
    backoff: Backoff = field(default_factory=Backoff)


def create_app(settings: PhoneSettings) -> FastAPI:
    """The application; its store is opened and its deliveries go on while it runs."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        store = Store(settings.state_dir)
        changes = Changes()
        outbox = Outbox(store)
        deliveries = Deliveries(
            outbox,
            instance=store.instance,
            changed=changes.announce,
            gateway_url=settings.gateway_url,
            backoff=settings.backoff,
        )
        app.state.phone = Phone(store, outbox, deliveries, changes)
        app.state.phone.resume()
        try:
            yield
        finally:
            changes.close()
            await deliveries.close()
            store.close()

    app = FastAPI(title="Celular de treino", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(LoopbackGuard)
    app.add_exception_handler(HTTPException, _error)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.include_router(engine_api.router)
    app.include_router(people_api.router)
    app.mount("/static", StaticFiles(directory=_PAGE / "static"), name="static")
    page = _render_page(settings)

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/", response_class=HTMLResponse)
    async def show_page() -> str:
        return page

    return app


def _render_page(settings: PhoneSettings) -> str:
    environment = Environment(loader=FileSystemLoader(_PAGE), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("phone.html").render(temporal_ui_url=settings.temporal_ui_url)


async def _error(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    return JSONResponse({"error": error.detail}, status_code=error.status_code, headers=error.headers)


async def _malformed(request: Request, error: Exception) -> JSONResponse:
    """Names the fields and never repeats their values, which may be a token or no valid text."""
    if not isinstance(error, RequestValidationError):
        raise error
    fields = [{"field": ".".join(map(str, found["loc"])), "reason": found["type"]} for found in error.errors()]
    return JSONResponse({"error": "malformed", "fields": fields}, status_code=422)
