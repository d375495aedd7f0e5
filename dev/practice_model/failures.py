"""Failures as OpenAI's API words them."""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from dev.practice_model.protocol import ErrorBody, ErrorDetail, ErrorType


class ApiFailure(Exception):
    """An answer other than 200: its status, body and headers."""

    def __init__(self, status: int, detail: ErrorDetail, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail.message)
        self.status = status
        self.body = ErrorBody(error=detail)
        self.headers = dict(headers or {})


def unauthorized(message: str) -> ApiFailure:
    """No key, or a wrong one."""
    return ApiFailure(401, ErrorDetail(message=message, type=ErrorType.INVALID_REQUEST, code="invalid_api_key"))


def malformed(invalid: ValidationError) -> ApiFailure:
    """A body that is not what the protocol asks for; names the first wrong parameter."""
    first = invalid.errors(include_url=False, include_input=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        message = "We could not parse the JSON body of your request."
        return ApiFailure(400, ErrorDetail(message=message, type=ErrorType.INVALID_REQUEST))
    param = _parameter(first["loc"])
    message = f"Invalid value for '{param}': {first['msg']}" if param else first["msg"]
    return ApiFailure(
        400, ErrorDetail(message=message, type=ErrorType.INVALID_REQUEST, code="invalid_value", param=param)
    )


def too_large(limit: int) -> ApiFailure:
    """A body beyond what is read."""
    message = f"Request body is larger than {limit} bytes."
    return ApiFailure(413, ErrorDetail(message=message, type=ErrorType.INVALID_REQUEST, code="request_too_large"))


def not_found(message: str) -> ApiFailure:
    """No such path."""
    return ApiFailure(404, ErrorDetail(message=message, type=ErrorType.INVALID_REQUEST, code="unknown_url"))


def rate_limited(retry_after: str | None) -> ApiFailure:
    """Too many requests, with the time to wait if one is given."""
    detail = ErrorDetail(
        message="Rate limit reached for requests.", type=ErrorType.RATE_LIMIT, code="rate_limit_exceeded"
    )
    return ApiFailure(429, detail, {"retry-after": retry_after} if retry_after else None)


def server_error() -> ApiFailure:
    """Trouble on the model's side."""
    message = "The server had an error while processing your request. Sorry about that!"
    return ApiFailure(500, ErrorDetail(message=message, type=ErrorType.SERVER))


def unavailable() -> ApiFailure:
    """The practice model is stopping."""
    return ApiFailure(503, ErrorDetail(message="The engine is shutting down.", type=ErrorType.SERVER))


def context_length() -> ApiFailure:
    """The messages are longer than the model can read."""
    detail = ErrorDetail(
        message="This model's maximum context length is 128000 tokens. Please reduce the length of the messages.",
        type=ErrorType.INVALID_REQUEST,
        code="context_length_exceeded",
        param="messages",
    )
    return ApiFailure(400, detail)


def _parameter(place: Sequence[int | str]) -> str | None:
    named = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return named.lstrip(".") or None
