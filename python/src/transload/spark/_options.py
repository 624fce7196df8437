"""A data source's options, which Spark has as texts, and without a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._table import table

OWN = ("path", "paths", "partitions", "settle")
"""Options of the data source's own: all others are the command line's."""


def options_of(given: Mapping[str, str], taken: Iterable[str]) -> dict[str, Any]:
    """The command line's, as the package's functions take them; those that are named are left out.

    ``batchRows`` and ``batch_rows`` are one option, because Spark makes them small; an option that there is not is told by the function.
    """
    known = {name.replace("_", ""): (name, spelling["kind"]) for name, spelling in table()["options"]["convert"].items()}
    options: dict[str, Any] = {}
    for key, value in given.items():
        if key in OWN or key.rstrip("_") in taken:
            continue
        name, kind = known.get(key.replace("_", "").replace("-", "").lower(), (key, "text"))
        options[name] = _flag(name, value) if kind == "flag" else value
    return options


def count_of(given: Mapping[str, str], name: str) -> int:
    """A whole number from 1, and 1 where it is not given.

    Raises:
        ValueError: it is none.
    """
    text = given.get(name, "1")
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{name} is a whole number from 1, not {text!r}")
    return int(text)


def _flag(name: str, value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise ValueError(f"{name} is true or false, not {value!r}")
    return value.lower() == "true"
