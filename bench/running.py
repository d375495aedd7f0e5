"""One run: a fresh stack with a model that answers at once, a shop behind our bridge, and the scenarios one after
another."""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.bridge import receiving_bridge
from bench.cost import Meter, spent
from bench.figures import PACE, Run, Scenario
from bench.load import Customers, Exchange
from bench.processes import answering
from bench.shop import open_shop
from dev.parts import ALL_PARTS, Part
from dev.ports import LOOPBACK, Ports
from dev.stack import Stack
from dev.terminal import DevError, Report
from domain.instances import WhatsAppInstance

_MODEL = "model"
# The person's own database, model and settings are not what is measured, nor to be written to.
_TAKEN_OVER = ("PATH", "HOME", "LANG", "XDG_CACHE_HOME", "TMPDIR", "SSL_CERT_FILE")


@dataclass(frozen=True)
class Sizes:
    """How much is sent in a run."""

    warm_up: int = 60
    paced_seconds: int = 60
    returning_seconds: int = 30
    burst: int = 300
    rest_seconds: float = 5.0


QUICK = Sizes(warm_up=15, paced_seconds=10, returning_seconds=5, burst=60, rest_seconds=2.0)


@dataclass(frozen=True)
class FreshEngine:
    """A stack of its own with a model that answers at once, one shop, and customers who can write to it."""

    stack: Stack
    instance: WhatsAppInstance
    customers: Customers
    meter: Meter


@asynccontextmanager
async def fresh_engine(*, lasting: bool, report: Report) -> AsyncIterator[FreshEngine]:
    """An engine to be measured; `lasting` keeps Temporal and Postgres on disk, as `make run` does."""
    directory = Path(tempfile.mkdtemp(prefix="auzap-bench-"))
    directory.chmod(0o711)
    environ = {name: value for name in _TAKEN_OVER if (value := os.environ.get(name)) is not None}
    try:
        async with _instant_model(directory, environ) as (model_url, model_pid), receiving_bridge() as bridge:
            stack = Stack(
                directory / "stack",
                overrides={"OPENAI_API_KEY": "bench", "OPENAI_BASE_URL": f"{model_url}/v1"},
                services=ALL_PARTS - {Part.PRACTICE_PHONE, Part.PRACTICE_MODEL},
                lasting=lasting,
                report=report,
                environ=environ,
            )
            async with stack, httpx.AsyncClient(trust_env=False, timeout=60) as http:
                assert stack.urls.database is not None, "the stack runs its own Postgres"
                instance = await open_shop(stack.urls.database, stack.env["AUZAP_SECRET_KEY"], bridge.base_url)
                customers = Customers(http, stack.urls.gateway, instance, bridge)
                yield FreshEngine(stack, instance, customers, Meter({**stack.pids, _MODEL: model_pid}))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


async def run_once(sizes: Sizes, *, lasting: bool, report: Report) -> Run:
    """The figures of one fresh stack."""
    async with fresh_engine(lasting=lasting, report=report) as engine:
        storage = "disk" if lasting else "memory"
        return await _scenarios(sizes, engine.customers, engine.meter, report, storage=storage)


async def _scenarios(sizes: Sizes, customers: Customers, meter: Meter, report: Report, *, storage: str) -> Run:
    report.progress("At rest…")
    memory_at_rest, at_rest = meter.megabytes(), meter.cpu_seconds()
    await asyncio.sleep(sizes.rest_seconds)
    cpu_at_rest = {
        part: round(seconds / sizes.rest_seconds * 100, 1)
        for part, seconds in spent(at_rest, meter.cpu_seconds()).items()
    }

    async def measured(title: str, exchanges: Awaitable[list[Exchange]]) -> Scenario:
        report.progress(f"{title}…")
        before = meter.cpu_seconds()
        done = await exchanges
        return Scenario.of(title, done, spent(before, meter.cpu_seconds()))

    report.progress("Warming up…")
    warm = await customers.paced(customers.new_phones(sizes.warm_up), per_second=10)
    if any(exchange.replied_after is None for exchange in warm):
        raise DevError("The engine did not answer: there is nothing to measure.")
    phones = customers.new_phones(int(sizes.paced_seconds * PACE))
    new = await measured(f"new customers, {PACE:g}/s", customers.paced(phones, per_second=PACE))
    again = phones[: int(sizes.returning_seconds * PACE)]
    returning = await measured(f"returning customers, {PACE:g}/s", customers.paced(again, per_second=PACE))
    burst_phones = customers.new_phones(sizes.burst)
    burst = await measured(f"burst of {sizes.burst} customers", customers.burst(burst_phones))
    return Run(
        storage=storage,
        new_customers=new,
        returning_customers=returning,
        burst=burst,
        memory_at_rest=memory_at_rest,
        memory_after=meter.megabytes(),
        cpu_at_rest=cpu_at_rest,
    )


@asynccontextmanager
async def _instant_model(directory: Path, environ: dict[str, str]) -> AsyncIterator[tuple[str, int]]:
    """The practice model as a process of its own, answering everything at once; its address and process id."""
    port = Ports().take()
    command = [sys.executable, "-m", "dev.practice_model", "--port", str(port), "--instant"]
    url = f"http://{LOOPBACK}:{port}"
    log = directory / "model.log"
    async with answering(command, env=environ, log=log, at=f"{url}/health", called="The practice model") as pid:
        yield url, pid
