"""The practice model over HTTP: OpenAI's endpoints under `/v1`, its controls under `/practice`.

It is for a developer's machine: the controls ask for no password, so it listens on the loopback address
unless told otherwise.
"""

import asyncio
import uuid
from contextlib import suppress
from typing import TypeVar

from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from dev.practice_model import failures
from dev.practice_model.calls import Calls, ReceivedCall
from dev.practice_model.completions import Answering, at_once, by_rules, completion, played
from dev.practice_model.failures import ApiFailure
from dev.practice_model.faults import LONGEST_SECONDS, Fault, FaultKind, Faults
from dev.practice_model.protocol import AnswerMessage, ChatRequest, ErrorDetail, ErrorType, ModelCard, ModelList

Model = TypeVar("Model", bound=BaseModel)

MAX_BODY = 4 * 1024 * 1024  # bytes
_MODELS = ModelList(data=(ModelCard(id="gpt-4o-mini"), ModelCard(id="gpt-4o")))


class FaultList(BaseModel):
    """The body of `GET /practice/faults`."""

    faults: tuple[Fault, ...]


class PracticeModel:
    """The endpoints, and what they share: the faults to play, the calls received, whether the server is closing."""

    def __init__(self, *, instant: bool = False) -> None:
        self.faults = Faults()
        self.calls = Calls()
        self.closing = asyncio.Event()
        self._answering: Answering = at_once if instant else by_rules

    def app(self) -> FastAPI:
        """The web application."""
        router = APIRouter()
        router.add_api_route("/health", self.health, methods=["GET"])
        router.add_api_route("/v1/models", self.models, methods=["GET"])
        router.add_api_route("/v1/chat/completions", self.complete, methods=["POST"])
        router.add_api_route("/practice/faults", self.list_faults, methods=["GET"])
        router.add_api_route("/practice/faults", self.add_fault, methods=["POST"])
        router.add_api_route("/practice/faults", self.clear_faults, methods=["DELETE"])
        router.add_api_route("/practice/calls", self.list_calls, methods=["GET"])
        router.add_api_route("/practice/calls", self.reset_calls, methods=["DELETE"])
        app = FastAPI(title="AuZap: modelo de treino", docs_url=None, redoc_url=None, openapi_url=None)
        app.include_router(router)
        app.add_exception_handler(ApiFailure, _failed)
        app.add_exception_handler(HTTPException, _no_such_path)
        return app

    async def health(self) -> Response:
        """Whether it runs."""
        return Response('{"status":"ok"}', media_type="application/json")

    async def models(self, request: Request) -> Response:
        """The models one may name; any other name is taken as well."""
        _authorize(request)
        return _json(_MODELS)

    async def complete(self, request: Request) -> Response:
        """Answers a conversation, or fails as it was told to."""
        _authorize(request)
        body = await _body(request)
        asked = _parse(ChatRequest, body)
        fault = self.faults.next_for(asked)
        tools = tuple(tool.function.name for tool in asked.tools or ())
        self.calls.record(
            ReceivedCall(
                model=asked.model, messages=len(asked.messages), tools=tools, fault=fault.kind if fault else None
            )
        )
        if fault is None:
            return _json(completion(asked, self._answering(asked), len(body)))
        return await self._fail(fault, asked, request, len(body))

    async def list_faults(self) -> Response:
        """The faults still to be played."""
        return _json(FaultList(faults=self.faults.waiting()))

    async def add_fault(self, request: Request) -> Response:
        """Takes one more fault."""
        fault = _parse(Fault, await _body(request))
        try:
            self.faults.add(fault)
        except OverflowError as full:
            raise failures.rate_limited(None) from full
        return _json(fault, status=201)

    async def clear_faults(self) -> Response:
        """Forgets all faults."""
        self.faults.clear()
        return Response(status_code=204)

    async def list_calls(self) -> Response:
        """How many calls came, and what they looked like."""
        return _json(self.calls.listed())

    async def reset_calls(self) -> Response:
        """Counts from zero again."""
        self.calls.reset()
        return Response(status_code=204)

    async def _fail(self, fault: Fault, asked: ChatRequest, request: Request, received_bytes: int) -> Response:
        message: AnswerMessage | None = played(fault, asked)
        match fault.kind:
            case FaultKind.RATE_LIMIT:
                raise failures.rate_limited(fault.retry_after)
            case FaultKind.SERVER_ERROR:
                raise failures.server_error()
            case FaultKind.CONTEXT_LENGTH:
                raise failures.context_length()
            case FaultKind.BAD_JSON:
                return Response('{"id": "chatcmpl-', media_type="application/json", headers=_request_id())
            case FaultKind.TIMEOUT:
                await self._wait(request, LONGEST_SECONDS)
                raise failures.unavailable()
            case FaultKind.SLOW:
                await self._wait(request, fault.seconds)
            case _:
                pass
        return _json(completion(asked, message or self._answering(asked), received_bytes))

    async def _wait(self, request: Request, seconds: float) -> None:
        """Waits, at most until the client goes away or the server closes."""
        ends = {asyncio.ensure_future(_gone(request)), asyncio.ensure_future(self.closing.wait())}
        try:
            await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
            await asyncio.gather(*ends, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _authorize(request: Request) -> None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise failures.unauthorized("You didn't provide an API key.")
    if key.strip() == "invalid":
        raise failures.unauthorized("Incorrect API key provided.")


async def _body(request: Request) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > MAX_BODY:
        raise failures.too_large(MAX_BODY)
    body = bytearray()
    with suppress(ClientDisconnect):  # then nobody reads the answer to the half that came
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                raise failures.too_large(MAX_BODY)
    return bytes(body)


def _parse(shape: type[Model], body: bytes) -> Model:
    try:
        return shape.model_validate_json(body)
    except ValidationError as invalid:
        raise failures.malformed(invalid) from invalid


def _json(body: BaseModel, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(
        body.model_dump_json(),
        status_code=status,
        media_type="application/json",
        headers={**(headers or {}), **_request_id()},
    )


def _request_id() -> dict[str, str]:
    return {"x-request-id": f"req_{uuid.uuid4().hex}"}


async def _failed(_request: Request, failure: Exception) -> Response:
    assert isinstance(failure, ApiFailure)  # it is registered for nothing else
    return _json(failure.body, status=failure.status, headers=failure.headers)


async def _no_such_path(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, HTTPException)  # it is registered for nothing else
    missing = failures.not_found(f"Invalid URL ({request.method} {request.url.path})")
    if failure.status_code != 404:
        missing.body.error = ErrorDetail(message=str(failure.detail), type=ErrorType.INVALID_REQUEST)
    return _json(missing.body, status=failure.status_code, headers=dict(failure.headers or {}))
