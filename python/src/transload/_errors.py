"""What goes wrong, and what should be known, as Python has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._table import table


class TransloadError(Exception):
    """A refusal: the input, the call, or the disk is at fault.

    What is not known of the place is None. All but ``line`` and ``column`` count from 0.
    """

    code: str
    """What kind of refusal it is: ``E_RAGGED``; docs/errors.md tells of each. ``E_UNEXPECTED`` is a fault of transload's own."""
    detail: str
    """The message without the place."""
    offset: int | None
    """Bytes before the fault, a byte-order mark included."""
    line: int | None
    """Line of the fault, from 1."""
    column: int | None
    """Bytes into the line, from 1."""
    path: str | None
    """JSON path of the fault: ``$.input_data.data[4][2]``."""
    row: int | None
    """Row of the fault."""
    cell: int | None
    """Cell of the row."""
    file: str | None
    """The input's file, where it was read by its name."""
    remedy: str | None
    """What to do about errors of this code."""

    def __init__(self, code: str, message: str, place: Mapping[str, Any] | None = None) -> None:
        super().__init__(code, message, place)
        known = place or {}
        self.code = code
        self.message = message
        self.detail = known.get("detail", message)
        self.offset = known.get("offset")
        self.line = known.get("line")
        self.column = known.get("column")
        self.path = known.get("path")
        self.row = known.get("row")
        self.cell = known.get("cell")
        self.file = known.get("file")
        self.remedy = table()["remedies"].get(code)

    def __str__(self) -> str:
        return f"{self.code}: {'' if self.file is None else f'{self.file}: '}{self.message}"


class TransloadWarning(UserWarning):
    """Something that was changed or left out: ``code`` is W_DROPPED, W_INDEX, …"""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
