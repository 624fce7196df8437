"""What a name tells of the bytes behind it, as the command line has it."""

from __future__ import annotations

import re

from ._table import table


def form_of(name: str) -> str | None:
    """The form that a name's ending tells, compressed or not; None where it tells none."""
    path, _ = _parted(name)
    ending = re.search(r"\.([A-Za-z0-9]+)$", path)
    return table()["extensions"].get(ending[1].lower()) if ending else None


def compression_of(name: str) -> str | None:
    return _parted(name)[1]


def _parted(name: str) -> tuple[str, str | None]:
    for ending, compression in table()["compressions"].items():
        if name.lower().endswith(f".{ending}"):
            return name[: -len(ending) - 1], compression
    return name, None
