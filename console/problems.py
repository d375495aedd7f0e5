"""What an operator reads when a page cannot be shown, or a form not be taken."""

from collections.abc import Mapping

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException
from temporalio.service import RPCError

from console.rendering import fragment, sentence
from domain.errors import RequestRefused, StorageUnavailable
from operating.refusal import Mistyped, NotInShop, Refused
from webhooks.intake import TemporalUnavailable

_log = structlog.get_logger()

_WORDS: Mapping[int, tuple[str, str]] = {
    400: ("Não deu para entender o pedido", "Volte à página e tente de novo."),
    403: (
        "Sem permissão",
        "Esta parte é só para administradores da loja, ou a página ficou velha: volte, atualize e tente de novo.",
    ),
    404: ("Não encontramos essa página", "O endereço mudou, ou não é da sua loja."),
    405: ("Não encontramos essa página", "O endereço mudou, ou não é da sua loja."),
    408: ("A conexão ficou lenta", "O pedido não chegou inteiro. Volte e tente de novo."),
    409: ("Não foi possível", "Algo mudou nesse meio-tempo. Volte, atualize a página e tente de novo."),
    413: ("Texto grande demais", "O que você enviou passa do limite. Volte e encurte o texto."),
    422: ("Há algo errado no que foi preenchido", "Volte, confira os campos e tente de novo."),
    500: ("Algo deu errado", "O erro ficou registrado. Volte e tente de novo; o que já foi enviado está guardado."),
    429: ("Páginas demais abertas", "Feche algumas páginas do console e tente de novo."),
    503: ("Um momento", "O sistema não está respondendo. Tente de novo em alguns segundos."),
}
_UNKNOWN = 500


def problem_page(status: int, said: str | None = None, headers: Mapping[str, str] | None = None) -> Response:
    """The page for a status; `said` replaces its usual sentence."""
    title, sentence = _WORDS.get(status, _WORDS[_UNKNOWN])
    return HTMLResponse(fragment("problem.html", title=title, said=said or sentence), status, headers)


def answered_on(app: FastAPI) -> None:
    """Answer whatever is raised on a page with a page."""

    @app.exception_handler(HTTPException)
    async def of_http(request: Request, problem: HTTPException) -> Response:
        if problem.status_code < 400:
            return Response(status_code=problem.status_code, headers=problem.headers)
        return problem_page(problem.status_code, headers=problem.headers)

    @app.exception_handler(RequestValidationError)
    async def of_form(request: Request, problem: RequestValidationError) -> Response:
        in_address = any(error["loc"][:1] == ("path",) for error in problem.errors())
        return problem_page(404 if in_address else 422)

    @app.exception_handler(NotInShop)
    async def of_strangers(request: Request, problem: NotInShop) -> Response:
        return problem_page(404)

    @app.exception_handler(Mistyped)
    async def of_typing(request: Request, problem: Mistyped) -> Response:
        return problem_page(422, sentence(str(problem)))

    @app.exception_handler(Refused)
    async def of_refusal(request: Request, problem: Refused) -> Response:
        return problem_page(409, sentence(str(problem)))

    @app.exception_handler(RequestRefused)
    async def of_request(request: Request, problem: RequestRefused) -> Response:
        return problem_page(409, sentence(problem.message))

    @app.exception_handler(asyncpg.DataError)
    async def of_data(request: Request, problem: asyncpg.DataError) -> Response:
        """The long tail of what the pages themselves do not look at: a NUL, a number too large."""
        _log.warning("[CONSOLE] Form not storable", error=type(problem).__name__)
        return problem_page(422)

    async def away(request: Request, problem: Exception) -> Response:
        _log.warning("[CONSOLE] Page not shown, something is away", error=type(problem).__name__)
        return problem_page(503, headers={"Retry-After": "5"})

    for kind in (StorageUnavailable, TemporalUnavailable, RPCError):
        app.add_exception_handler(kind, away)

    @app.exception_handler(Exception)
    async def of_anything(request: Request, problem: Exception) -> Response:
        _log.error("[CONSOLE] Page failed", error=type(problem).__name__)
        return problem_page(500)
