"""What the build has written down of the command line: its options, the endings of names, and what to do about an error."""

import json
from functools import cache
from typing import Literal, TypedDict, cast

from ._paths import JS


class Spelling(TypedDict):
    flag: str
    kind: Literal["flag", "text", "json", "words", "again"]


class Table(TypedDict):
    options: dict[str, dict[str, Spelling]]
    extensions: dict[str, str]
    compressions: dict[str, str]
    remedies: dict[str, str]


@cache
def table() -> Table:
    return cast(Table, json.loads((JS / "table.json").read_text("utf-8")))
