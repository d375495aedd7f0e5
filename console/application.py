"""The console: every page under one guard, its files, and what is answered when a page cannot be shown.

A page is a module with `routes(parts)`; what of it is live has a `painter(parts)`. Both are listed here.
"""

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import RedirectResponse

from console import (
    agenda,
    badge,
    conversation,
    conversation_deeds,
    conversations,
    customer,
    dashboard,
    events,
    problems,
    queue,
    ready_answers,
    sign_in,
    stuck,
    team,
    under_way,
)
from console.answering import Answering
from console.files import files
from console.guard import Guard
from console.live import Live, Painter
from console.parts import Parts
from console.topics import TopicKind
from operating.signing_in import SigningIn

PAGES: tuple[Callable[[Parts], APIRouter], ...] = (
    queue.routes,
    conversations.routes,
    conversation.routes,
    conversation_deeds.routes,
    under_way.routes,
    customer.routes,
    agenda.routes,
    ready_answers.routes,
    stuck.routes,
    dashboard.routes,
)
"""What operators see; whoever is not signed in sees none of it."""

PAINTERS: Mapping[TopicKind, Callable[[Parts], Painter]] = {
    TopicKind.BADGE: badge.painter,
    TopicKind.TIMELINE: conversation.painter,
    TopicKind.STANDING: conversation.painter,
    TopicKind.CARD: conversation.painter,
    TopicKind.QUEUE: queue.painter,
    TopicKind.CONVERSATIONS: conversations.painter,
    TopicKind.STUCK: stuck.painter,
    TopicKind.DASHBOARD: dashboard.painter,
    TopicKind.AGENDA: agenda.painter,
}
"""Who paints which part of the pages."""


def painters(parts: Parts) -> dict[TopicKind, Painter]:
    """What the live console paints with."""
    return {kind: make(parts) for kind, make in PAINTERS.items()}


def console_application(parts: Parts, live: Live, signing_in: SigningIn, *, secure_cookies: bool = True) -> FastAPI:
    """The console, to be mounted at /console. `live` is run by whoever serves it, and paints with `painters`."""
    app = FastAPI(title="AuZap", docs_url=None, redoc_url=None, openapi_url=None)
    guard = Guard(signing_in, secure_cookies=secure_cookies)
    guarded = APIRouter(dependencies=[Depends(guard)])
    for page in PAGES:
        guarded.include_router(page(parts))
    guarded.include_router(team.routes(parts, signing_in.passwords))
    guarded.include_router(sign_in.routes(signing_in, guard))
    guarded.include_router(events.routes(live, guard.still_signed_in))

    @guarded.get("/")
    async def home() -> RedirectResponse:
        """Work begins with who waits."""
        return RedirectResponse("/console/fila", 303)

    app.include_router(sign_in.door(signing_in, guard))
    app.include_router(guarded)
    app.mount("/static", files())
    problems.answered_on(app)
    app.add_middleware(Answering)
    return app
