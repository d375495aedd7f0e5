"""The Temporal dev server's database file and command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dev.temporal_binary import TemporalBinary
from dev.temporal_server import dev_server_args, note_db, prepare_db, start_command
from workflows.search_attributes import ALL_SEARCH_ATTRIBUTES


@pytest.fixture
def db_file(tmp_path: Path) -> Path:
    """A database file that a server of version 1.32.0 wrote, with its side file."""
    file = tmp_path / "temporal.db"
    file.write_text("workflows")
    (tmp_path / "temporal.db-wal").write_text("more workflows")
    note_db(file, "1.32.0")
    return file


def test_a_file_of_the_same_version_is_kept(db_file: Path) -> None:
    """Nothing is dropped and nothing is missing."""
    assert prepare_db(db_file, "1.32.0") == {}
    assert db_file.exists()


def test_a_file_of_another_version_is_dropped_whole(db_file: Path) -> None:
    """The server never migrates its file, so another version starts on a new one."""
    prepare_db(db_file, "1.33.0")

    assert list(db_file.parent.iterdir()) == []


def test_a_file_of_unknown_origin_is_dropped(db_file: Path) -> None:
    """Without the note beside it nobody knows what the file has."""
    db_file.with_name("temporal.db.json").unlink()

    prepare_db(db_file, "1.32.0")

    assert not db_file.exists()


def test_new_search_attributes_are_named(db_file: Path) -> None:
    """The server ignores new attributes on an existing file: they are told, to be created, and the file stays."""
    (name, kind), *others = ALL_SEARCH_ATTRIBUTES
    note = {"server": "1.32.0", "attributes": dict(others)}
    db_file.with_name("temporal.db.json").write_text(json.dumps(note))

    assert prepare_db(db_file, "1.32.0") == {name: kind}
    assert db_file.exists()


def test_an_attribute_of_another_type_drops_the_file(db_file: Path) -> None:
    """An attribute's type cannot be changed in place."""
    note = {"server": "1.32.0", "attributes": {**dict(ALL_SEARCH_ATTRIBUTES), "AuzapState": "Text"}}
    db_file.with_name("temporal.db.json").write_text(json.dumps(note))

    prepare_db(db_file, "1.32.0")

    assert not db_file.exists()


def test_the_command_line(tmp_path: Path) -> None:
    """Every server is tuned and has our attributes; only a lasting one has a file, only a shown one a Web UI."""
    binary = TemporalBinary(tmp_path / "temporal", "1.32.0")

    lasting = start_command(binary, port=1, http_port=2, metrics_port=3, ui_port=4, db_file=tmp_path / "t.db")
    passing = start_command(binary, port=1, http_port=2, metrics_port=3, ui_port=None, db_file=None)

    for argument in dev_server_args():
        assert argument in lasting
        assert argument in passing
    assert {"--ui-port=4", "--sqlite-pragma=journal_mode=WAL"} <= set(lasting)
    assert "--headless" in passing
    assert not any(argument.startswith(("--db-filename", "--sqlite-pragma")) for argument in passing)
