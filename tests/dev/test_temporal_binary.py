"""Where the Temporal CLI comes from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from dev.temporal_binary import CLI_VERSION, cache_dir, find_temporal
from dev.temporal_build import build_temporal
from dev.terminal import DevError, Report


def fake_temporal(path: Path, server: str) -> Path:
    """A program that tells its version as `temporal --version` does."""
    return script(path, f"echo 'temporal version {CLI_VERSION} (Server {server}, UI 2.54.1)'")


def script(path: Path, body: str) -> Path:
    """A shell script that can be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


class FakeSource:
    """A source that leaves a binary of the given server version, or nothing, and counts how often it was asked."""

    def __init__(self, server: str | None) -> None:
        self.server, self.asked = server, 0

    async def __call__(self, cache: Path, report: Report, environ: Mapping[str, str], module: Path) -> Path | None:
        self.asked += 1
        return fake_temporal(cache / "made" / "temporal", self.server) if self.server else None


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment with a cache and a PATH of its own, both empty but for the shell."""
    (tmp_path / "bin").mkdir()
    return {
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "HOME": str(tmp_path),
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
    }


async def test_the_cache_comes_first(environ: dict[str, str], tmp_path: Path) -> None:
    """A cached binary is taken before one on PATH, and nothing is made."""
    cached = fake_temporal(cache_dir(environ) / "temporal", "1.32.0")
    fake_temporal(tmp_path / "bin" / "temporal", "1.33.0")
    source = FakeSource("1.32.0")

    found = await find_temporal(environ=environ, sources=[source])

    assert (found.path, found.server, source.asked) == (cached, "1.32.0", 0)


async def test_path_comes_second(environ: dict[str, str], tmp_path: Path) -> None:
    """A binary on PATH with a new enough server is taken as it is."""
    on_path = fake_temporal(tmp_path / "bin" / "temporal", "1.33.1")

    assert (await find_temporal(environ=environ, sources=[])).path == on_path


@pytest.mark.parametrize("old", ["1.31.9", "1.9.0"])
async def test_an_old_server_is_not_taken(environ: dict[str, str], tmp_path: Path, old: str) -> None:
    """A binary on PATH with an older server is passed over; what a source makes is put into the cache."""
    fake_temporal(tmp_path / "bin" / "temporal", old)

    found = await find_temporal(environ=environ, sources=[FakeSource("1.32.0")])

    assert found.path == cache_dir(environ) / "temporal"


async def test_a_broken_cache_is_made_anew(environ: dict[str, str]) -> None:
    """A cached file that does not run is replaced."""
    script(cache_dir(environ) / "temporal", "exit 1")

    assert (await find_temporal(environ=environ, sources=[FakeSource("1.32.0")])).server == "1.32.0"


async def test_sources_in_order_until_one_works(environ: dict[str, str]) -> None:
    """The next source is asked only when the one before made nothing usable."""
    nothing, old, good, unneeded = FakeSource(None), FakeSource("1.30.0"), FakeSource("1.32.0"), FakeSource("1.32.0")

    await find_temporal(environ=environ, sources=[nothing, old, good, unneeded])

    assert [source.asked for source in (nothing, old, good, unneeded)] == [1, 1, 1, 0]


async def test_nothing_works(environ: dict[str, str]) -> None:
    """When every source fails the error says so in Portuguese and names the build's log."""
    with pytest.raises(DevError, match=r"Não consegui obter o servidor do Temporal[\s\S]*build\.log"):
        await find_temporal(environ=environ, sources=[FakeSource(None)])


async def test_the_build_is_reproducible_and_needs_no_compiler(environ: dict[str, str], tmp_path: Path) -> None:
    """Go is called with our go.mod read-only, without cgo and without a person's own flags, and its binary is taken."""
    module = tmp_path / "module"
    module.mkdir()
    (module / "go.mod").write_text("module x\n\ngo 1.26.8\n")
    fake = fake_temporal(tmp_path / "fake", "1.32.0")
    go = f"""case "$1" in
env) echo go1.26.10 ;;
list) echo 'go: downloading example.org v1' >&2; echo example.org/a ;;
build) echo "$CGO_ENABLED $GOWORK $GOTOOLCHAIN $GOFLAGS $*"
  while [ "$1" != -o ]; do shift; done; cp {fake} "$2" ;;
esac"""
    script(tmp_path / "bin" / "go", go)

    found = await find_temporal(environ={**environ, "GOFLAGS": "-mod=mod"}, go_module=module, sources=[build_temporal])

    log = (cache_dir(environ) / "build.log").read_text()
    assert found.path == cache_dir(environ) / "temporal"
    assert "0 off local -buildvcs=false build -mod=readonly -trimpath" in log
