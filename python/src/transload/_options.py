"""Options as the command line spells them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from ._table import Spelling, table

OWN = {
    "output": "the target says where the output goes",
    "lines": "split() without a target has a piece at a time",
    "json": "the answer is a dict",
    "quiet": "warnings are Python's, and warnings.simplefilter('ignore', TransloadWarning) silences them",
    "errors": "errors are raised",
    "messages": "errors are raised, and progress= is told",
}
"""Options of the command line that are none here, and what is in their place."""


def words_of(command: str, options: Mapping[str, Any]) -> list[str]:
    """The words that these options are on the command line. None is an option that is not given.

    Raises:
        TypeError: for an option that the command does not have, with the nearest one.
    """
    known = table()["options"][command]
    words: list[str] = []
    for name, value in options.items():
        own = name.rstrip("_")
        if own in OWN:
            raise TypeError(f"{name} is no option here: {OWN[own]}")
        if own not in known:
            near = get_close_matches(own, known, 1)
            raise TypeError(f"{command} has no option {name}" + (f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"))
        if value is not None:
            words += _words(name, known[own], value)
    return words


def _words(name: str, spelling: Spelling, value: Any) -> list[str]:
    flag, kind = spelling["flag"], spelling["kind"]
    many: Any = value
    if kind == "flag":
        if not isinstance(value, bool):
            raise TypeError(f"{name} is True or False, not {value!r}")
        return [flag] if value is not flag.startswith("--no-") else []
    if kind == "again" and not isinstance(value, (str, os.PathLike)):
        return [f"{flag}={_text(name, one)}" for one in many]
    if kind == "words" and not isinstance(value, str):
        return [f"{flag}={_listed(name, many)}"]
    if kind == "json" and isinstance(value, Mapping):
        return [f"{flag}={json.dumps({str(key): _dtype(one) for key, one in many.items()})}"]
    if kind == "json" and isinstance(value, Sequence) and not isinstance(value, str):
        return [f"{flag}={json.dumps([_text(name, one) for one in many])}"]
    if name == "dtype":
        return [f"{flag}={_dtype(value)}"]
    return [f"{flag}={_text(name, value)}"]


def _text(name: str, value: Any) -> str:
    if isinstance(value, os.PathLike):
        return os.fsdecode(os.fspath(value))  # pyright: ignore
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise TypeError(f"{name} is a text or a number, not {value!r}")
    return str(value)


def _listed(name: str, words: Sequence[Any]) -> str:
    texts = [_text(name, word) for word in words]
    if any("," in text for text in texts):
        raise TypeError(f"a word of {name} holds a comma, which stands between words")
    return ",".join(texts) if texts else "none"


def _dtype(value: Any) -> str:
    """numpy's own dtypes and types by their names."""
    if isinstance(value, str):
        return value
    import numpy

    return str(numpy.dtype(value).name)
