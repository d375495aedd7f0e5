"""The connection to Temporal, the same for every process."""

import asyncio
import functools
import logging

import structlog
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from domain.errors import Misconfigured

_log = structlog.get_logger()

DATA_CONVERTER = pydantic_data_converter


async def connect(*, lazy: bool = False, metrics_address: str | None = None) -> Client:
    """A client from `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`, …; localhost:7233 without them.

    `lazy` connects at the first call, so that the gateway can start, and say 503, before Temporal is there.
    Raises `Misconfigured` when these settings contradict each other or name files that are not there.
    """
    try:
        config = ClientConfig.load_client_connect_config()
    except (RuntimeError, OSError, ValueError) as error:
        raise Misconfigured(f"settings: TEMPORAL_*: {error}. See .env.example") from error
    config.setdefault("target_host", "localhost:7233")
    return await Client.connect(**config, data_converter=DATA_CONVERTER, lazy=lazy, runtime=_runtime(metrics_address))


async def connect_patiently(*, metrics_address: str | None = None) -> Client:
    """As `connect`, but a Temporal that is not there yet is waited for."""
    while True:
        try:
            return await connect(metrics_address=metrics_address)
        except RuntimeError as away:  # what the SDK raises when it cannot connect
            _log.warning("[WORKER] Temporal away, waiting", error=str(away))
            await asyncio.sleep(1)


@functools.cache
def _runtime(metrics_address: str | None) -> Runtime:
    """One a process: a second would want the metrics' address again."""
    return Runtime(telemetry=_telemetry(metrics_address))


def _telemetry(metrics_address: str | None) -> TelemetryConfig:
    """The SDK's own log goes through Python's, or it would write lines of another shape between ours."""
    return TelemetryConfig(
        logging=LoggingConfig(
            filter=TelemetryFilter(core_level="WARN", other_level="ERROR"),
            forwarding=LogForwardingConfig(logger=logging.getLogger("temporalio.core"), append_target_to_name=False),
        ),
        metrics=PrometheusConfig(
            bind_address=metrics_address, counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True
        )
        if metrics_address
        else None,
    )
