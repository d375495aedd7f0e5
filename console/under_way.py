"""What a conversation's execution does in this moment, as Temporal has it: looked up when somebody asks."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from console.parts import Parts
from console.rendering import Me, fragment, page
from console.temporal_links import page_of
from domain.ids import ConversationId
from operating.inspecting import Inspecting


def routes(parts: Parts) -> APIRouter:
    """The page /conversas/{id}/agora; for htmx only its inside."""
    routes = APIRouter()
    inspecting = Inspecting(parts.database, parts.temporal)

    @routes.get("/conversas/{conversation_id}/agora")
    async def show(me: Me, request: Request, conversation_id: UUID) -> Response:
        """What it waits for, until when, and the steps that are tried."""
        now = await inspecting.waiting_for(me.organization_id, ConversationId(conversation_id))
        temporal_url = page_of(parts, now.workflow_id, now.run_id)
        if request.headers.get("hx-request") == "true":
            inside = fragment("_agora.html", now=now, temporal_url=temporal_url, zone=me.zone)
            return HTMLResponse(inside, headers={"Vary": "HX-Request"})
        shown = page(me, "agora.html", conversation_id=conversation_id, now=now, temporal_url=temporal_url)
        shown.headers["Vary"] = "HX-Request"
        return shown

    return routes
