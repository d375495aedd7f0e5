"""What a stranger starts from: .env.example, docker-compose.yml, the image, the licence."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.fernet import Fernet
from temporalio.envconfig import ClientConfig

from dev.temporal_binary import find_temporal
from settings import Settings
from workflows.search_attributes import ALL_SEARCH_ATTRIBUTES

PROJECT = Path(__file__).parents[2]
SETTINGS = {name.upper() for name in Settings.model_fields}
TEMPORAL = {f"TEMPORAL_{name}" for name in ("ADDRESS", "NAMESPACE", "API_KEY", "TLS", "CONFIG_FILE", "PROFILE")}
OURS = ("migrate", "worker", "gateway", "auzap")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:  # Any: YAML
    """docker-compose.yml, its anchors resolved."""
    loaded: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
    return loaded


def interpolated(text: str) -> dict[str, bool]:
    """The variables in `text`, and whether each is required."""
    return {name: mode == ":?" for name, mode in re.findall(r"\$\{(\w+)(:[?-])?", text)}


def test_env_example_names_every_variable_and_no_other() -> None:
    """Those of settings.py, Temporal's, and what only docker-compose.yml interpolates."""
    text = (PROJECT / ".env.example").read_text()
    named = re.findall(r"^# ?([A-Z][A-Z0-9_]+)=", text, re.MULTILINE)
    assert len(named) == len(set(named))
    compose_variables = set(interpolated((PROJECT / "docker-compose.yml").read_text()))
    assert set(named) == SETTINGS | TEMPORAL | compose_variables


def test_env_example_shows_the_defaults() -> None:
    """A value that stands there is the one that holds without it."""
    text = (PROJECT / ".env.example").read_text()
    for name, field in Settings.model_fields.items():
        written = re.search(rf"^# {name.upper()}=(.*)$", text, re.MULTILINE)
        assert written is not None
        if isinstance(field.default, str | int | float) and not isinstance(field.default, bool):
            assert written[1] == f"{field.default:g}" if isinstance(field.default, float) else str(field.default)


def test_the_readme_s_table_names_every_setting() -> None:
    """Every variable of settings.py and Temporal's is in README's table, and none that does not exist."""
    table = re.search(r"\n\| variable .*?\n\n", (PROJECT / "README.md").read_text(), re.DOTALL)
    assert table is not None
    first_column = [row.split("|")[1] for row in table[0].splitlines() if row.startswith("|")]
    named = set(re.findall(r"`([A-Z_]+)`", " ".join(first_column)))
    assert named == SETTINGS | TEMPORAL


def test_temporal_reads_its_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Those named in .env.example are really the SDK's."""
    profiles = tmp_path / "profiles.toml"
    profiles.write_text('[profile.mine]\naddress = "from-the-profile:7233"\n')
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(profiles))
    monkeypatch.setenv("TEMPORAL_PROFILE", "mine")
    assert ClientConfig.load_client_connect_config()["target_host"] == "from-the-profile:7233"
    for name, value in (("ADDRESS", "t:1"), ("NAMESPACE", "n"), ("API_KEY", "k"), ("TLS", "true")):
        monkeypatch.setenv(f"TEMPORAL_{name}", value)
    config = ClientConfig.load_client_connect_config()
    assert (config["target_host"], config["namespace"], config["api_key"]) == ("t:1", "n", "k")
    assert config["tls"]


def test_compose_gives_our_processes_only_what_they_know(compose: dict[str, Any]) -> None:
    """Every variable is a setting or Temporal's; only `migrate` may own the tables."""
    for name in OURS:
        given = set(compose["services"][name]["environment"])
        assert given <= SETTINGS | TEMPORAL, name
        assert {"DATABASE_URL", "AUZAP_SECRET_KEY"} <= given
        assert ("DATABASE_OWNER_URL" in given) == (name == "migrate")


def test_compose_is_whole(compose: dict[str, Any]) -> None:
    """Files it mounts exist, what it waits for can be waited for so, images are pinned, volumes declared."""
    services = compose["services"]
    for name, service in services.items():
        if "build" in service:
            assert (PROJECT / service["build"]["dockerfile"]).is_file()
        else:
            tag = service["image"].rpartition(":")[2]
            assert re.search(r"\d", tag), f"{name}: {service['image']}"
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert (PROJECT / source).is_file() if source.startswith(".") else source in compose["volumes"], volume
        for other, how in service.get("depends_on", {}).items():
            assert other in services
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[other], other
            if how["condition"] == "service_completed_successfully":
                assert services[other]["restart"] == "on-failure", other
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), port
    assert {"postgres", "temporal", "temporal-ui", "worker", "gateway", "migrate", "evolution"} <= set(services)


def test_the_env_for_compose_has_every_required_secret() -> None:
    """deploy/make-env.sh leaves nothing to guess but the model's key, and never prints the same secret twice."""
    made = [
        dict(
            line.split("=", 1)
            for line in subprocess.run(
                ["sh", str(PROJECT / "deploy" / "make-env.sh")], capture_output=True, text=True, check=True
            ).stdout.splitlines()
        )
        for _ in range(2)
    ]
    required = {name for name, must in interpolated((PROJECT / "docker-compose.yml").read_text()).items() if must}
    assert set(made[0]) == required
    assert [name for name in made[0] if made[0][name] == made[1][name]] == ["OPENAI_API_KEY"]
    Fernet(made[0]["AUZAP_SECRET_KEY"])
    assert all(re.fullmatch(r"[0-9a-f]{48}", value) for name, value in made[0].items() if name.endswith("PASSWORD"))


def test_the_image_holds_what_the_programs_import(tmp_path: Path) -> None:
    """What deploy/Dockerfile copies, and nothing else of the project, is enough for each program to start."""
    dockerfile = (PROJECT / "deploy" / "Dockerfile").read_text()
    assert "--require-hashes" in dockerfile
    assert "USER auzap" in dockerfile
    ignored = (PROJECT / "deploy" / "Dockerfile.dockerignore").read_text().splitlines()
    for sources, target in re.findall(r"^COPY (?!--from)(.+) (\S+)$", dockerfile, re.MULTILINE):
        for source in sources.split():
            assert f"!{source}" in ignored, source
            if (PROJECT / source).is_dir():
                shutil.copytree(PROJECT / source, tmp_path / target)
            else:
                shutil.copy(PROJECT / source, tmp_path / Path(source).name)
    ran = subprocess.run(
        [sys.executable, "-P", "-c", "import sys; sys.path.insert(0, '.'); import worker, gateway, auzap;"
         "assert not any('dev' == name.split('.')[0] for name in sys.modules); print(worker.__file__)"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(str(tmp_path))


def test_the_namespace_script_knows_our_search_attributes() -> None:
    """Name and type of each, as workflows/search_attributes.py has them."""
    script = (PROJECT / "deploy" / "temporal" / "namespace.sh").read_text()
    assert tuple(re.findall(r"^attribute (\w+) (\w+)$", script, re.MULTILINE)) == ALL_SEARCH_ATTRIBUTES


async def test_the_namespace_script_runs_and_runs_again(
    temporal_client: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On the real server: it makes the namespace with its attributes, and a second start changes nothing."""
    binary = (await find_temporal()).path
    (tmp_path / "temporal").symlink_to(binary)
    address = temporal_client.service_client.config.target_host
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)}
    env |= {"TEMPORAL_ADDRESS": address, "TEMPORAL_NAMESPACE": "shipped"}
    for _ in range(2):
        ran = subprocess.run(
            ["sh", str(PROJECT / "deploy" / "temporal" / "namespace.sh")],
            env=env, capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
    listed = subprocess.run(
        [str(binary), "operator", "search-attribute", "list", "--namespace", "shipped"],
        env=env, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert all(re.search(rf"{name}\s+{kind}\b", listed) for name, kind in ALL_SEARCH_ATTRIBUTES)


def test_the_licence_is_mit() -> None:
    """pyproject.toml says so; the file does too."""
    assert (PROJECT / "LICENSE").read_text().startswith("MIT License\n\nCopyright (c) 2026 AuZap contributors\n")
