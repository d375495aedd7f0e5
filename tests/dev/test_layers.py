"""Import rules that import-linter cannot see, because these modules are single files."""

from __future__ import annotations

import ast

import pytest

from dev.child import PROJECT


@pytest.mark.parametrize("program", ["worker", "gateway", "auzap", "settings", "logs"])
def test_no_program_needs_dev(program: str) -> None:
    """What runs in production imports neither dev nor tests."""
    imported: set[str] = set()
    for node in ast.walk(ast.parse((PROJECT / f"{program}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.partition(".")[0])

    assert not imported & {"dev", "tests", "bench"}
