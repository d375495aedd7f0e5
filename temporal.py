"""The connection to Temporal, the same for every process."""

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

DATA_CONVERTER = pydantic_data_converter


async def connect(*, lazy: bool = False, metrics_address: str | None = None) -> Client:
    """A client from `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`, … or a TOML profile; localhost:7233
        without.

    `lazy` connects at the first call, so that the gateway can start, and say 503, before Temporal is there.
    """
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "localhost:7233")
    runtime = Runtime(telemetry=_telemetry(metrics_address)) if metrics_address else None
    return await Client.connect(**config, data_converter=DATA_CONVERTER, lazy=lazy, runtime=runtime)


def _telemetry(address: str) -> TelemetryConfig:
    return TelemetryConfig(
        metrics=PrometheusConfig(
            bind_address=address, counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True
        )
    )
