"""The console's own files: kept by browsers for as long as the page that names them is of this version."""

from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from console.version import VERSION

_YEAR = 31_536_000


class _Files(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        is_this_version = scope.get("query_string", b"") == f"v={VERSION}".encode()
        # An old page may still ask for its own version: what it gets now must not be taken for that for ever.
        keep = f"public, max-age={_YEAR}, immutable" if is_this_version else "no-cache"
        response.headers["Cache-Control"] = keep
        return response


def files() -> StaticFiles:
    """What is served under /console/static."""
    return _Files(directory=Path(__file__).parent / "static")
