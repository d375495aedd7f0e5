"""The bridge's side that the engine calls: send a message, look one up, ask for the connection."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse

from dev.practice_phone import baileys
from dev.practice_phone.phone import Disconnected, Phone
from dev.practice_phone.records import Instance, parse_jid
from dev.practice_phone.views import ConnectionState, OutgoingMessage

router = APIRouter()


async def phone_of(request: Request) -> Phone:
    """The phone of this process (dependencies are async: the store belongs to the event loop's thread)."""
    phone = request.app.state.phone
    if not isinstance(phone, Phone):
        raise TypeError("the practice phone is not started")
    return phone


ThePhone = Annotated[Phone, Depends(phone_of)]


async def _caller(request: Request, phone: ThePhone) -> Instance:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    instance = phone.owner_of(token.strip()) if scheme.lower() == "bearer" else None
    if instance is None:
        raise HTTPException(401, "unauthorized")
    return instance


Caller = Annotated[Instance, Depends(_caller)]


@router.post("/messages", status_code=201)
async def send(caller: Caller, phone: ThePhone, body: OutgoingMessage) -> JSONResponse:
    """201 when sent, 200 when this `messageId` already was, 404 for what is no WhatsApp address, 503 while offline."""
    jid = parse_jid(body.jid)
    if jid is None:
        raise HTTPException(404, "not_on_whatsapp")
    try:
        message, new = phone.send(caller, jid, body.words, body.messageId, body.picture)
    except Disconnected as error:
        raise HTTPException(503, "disconnected") from error
    return JSONResponse(baileys.sender_key(message.jid, message.id), status_code=201 if new else 200)


@router.get("/messages/{message_id}")
async def look_up(caller: Caller, phone: ThePhone, message_id: str) -> JSONResponse:
    """A message of this shop as Baileys shapes it, with its status; 404 when there is none."""
    message = phone.store.message(caller.webhook_key, message_id)
    if message is None:
        raise HTTPException(404, "unknown_message")
    name = phone.store.chat_name(caller.webhook_key, message.jid)
    return JSONResponse(baileys.web_message(message, push_name=name, status=baileys.status_of(message)))


@router.get("/connection")
async def connection(caller: Caller) -> ConnectionState:
    """Whether the shop's phone is connected."""
    return ConnectionState(state=caller.connection)
