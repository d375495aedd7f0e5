"""The connection to Temporal, the same for every process."""

import logging

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

DATA_CONVERTER = pydantic_data_converter


async def connect(*, lazy: bool = False, metrics_address: str | None = None) -> Client:
    """A client from `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`, … or a TOML profile; localhost:7233
        without.

    `lazy` connects at the first call, so that the gateway can start, and say 503, before Temporal is there.
    Raises `Misconfigured` when these settings contradict each other or name files that are not there.
    """
    try:
        config = ClientConfig.load_client_connect_config()
    except (RuntimeError, OSError, ValueError) as error:
        raise Misconfigured(f"settings: TEMPORAL_*: {error}. See .env.example") from error
    config.setdefault("target_host", "localhost:7233")
    runtime = Runtime(telemetry=_telemetry(metrics_address))
    return await Client.connect(**config, data_converter=DATA_CONVERTER, lazy=lazy, runtime=runtime)


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
