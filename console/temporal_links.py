"""Where an execution is found in the Temporal Web UI."""

from urllib.parse import quote

from console.parts import Parts


def page_of(parts: Parts, workflow_id: str, run_id: str | None = None) -> str | None:
    """The address of a workflow's page, or of one run's; None where nobody said where the Web UI is."""
    if parts.temporal_ui is None:
        return None
    path = [parts.temporal_ui.rstrip("/"), "namespaces", _quoted(parts.temporal.namespace)]
    path += ["workflows", _quoted(workflow_id)]
    return "/".join([*path, _quoted(run_id), "history"] if run_id else path)


def _quoted(part: str) -> str:
    return quote(part, safe="")
