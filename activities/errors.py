"""Our errors as Temporal understands them: what is retried, when, and what is final."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from domain.errors import (
    ChannelError,
    ChannelUnavailable,
    Misconfigured,
    ModelError,
    ModelRefused,
    ModelUnavailable,
    StorageUnavailable,
)

_TRIES_OF_THE_UNKNOWN = 3
"""An error nobody foresaw is tried this often, then it is final: retrying a bug for hours hides it."""


@asynccontextmanager
async def engine_errors() -> AsyncIterator[None]:
    """Around the body of every activity: raises `ApplicationError`, its type named after our error."""
    try:
        yield
    except ApplicationError:
        raise
    except ModelUnavailable as error:
        raise _retryable(error, after=error.retry_after, expected=error.rate_limited) from error
    except ChannelUnavailable as error:
        raise _retryable(error, after=error.retry_after) from error
    except (StorageUnavailable, ModelError, ChannelError, Misconfigured) as error:
        if isinstance(error, ModelRefused):
            raise ApplicationError(str(error), type=type(error).__name__, non_retryable=True) from error
        raise _retryable(error) from error
    except Exception as error:
        final = activity.info().attempt >= _TRIES_OF_THE_UNKNOWN
        # The exception's text may quote a customer's words: only its type leaves the process, the rest stays in the
        # log.
        raise ApplicationError(type(error).__name__, type=type(error).__name__, non_retryable=final) from error


def _retryable(error: Exception, *, after: float | None = None, expected: bool = False) -> ApplicationError:
    return ApplicationError(
        str(error),
        type=type(error).__name__,
        next_retry_delay=timedelta(seconds=after) if after is not None else None,
        category=ApplicationErrorCategory.BENIGN if expected else ApplicationErrorCategory.UNSPECIFIED,
    )
