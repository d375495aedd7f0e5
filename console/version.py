"""Which version of the console this process is: pages carry it, so that an old one knows that it is old."""

import hashlib
from pathlib import Path

_KINDS = frozenset({".py", ".html", ".css", ".js"})


def _content(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(one for one in folder.rglob("*") if one.suffix in _KINDS):
        digest.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


VERSION = _content(Path(__file__).parent)
"""The same for the same files, on every machine."""
