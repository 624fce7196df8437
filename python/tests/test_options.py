"""Options are those of the command line, by name."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
from conftest import DATA

import transload
from transload._options import words_of
from transload._table import table


@pytest.mark.parametrize("command", ["convert", "inspect", "validate"])
def test_the_table_has_what_help_tells(command: str) -> None:
    """The definitions that the table was made of are those that the command line inside has."""
    said = subprocess.run([sys.executable, "-m", "transload", command, "--help"], capture_output=True, text=True, check=True).stdout
    flags = set(re.findall(r"^  (?:-\w, )?(--[\w-]+)", said, re.MULTILINE)) - {"--help"}
    assert {spelling["flag"] for spelling in table()["options"][command].values()} == flags
    assert len(flags) > 9


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"max_rows": 5}, ["--max-rows=5"]),
        ({"header": False}, ["--no-header"]),
        ({"header": True, "sync": True, "fixed": False, "nan": None}, []),
        ({"fixed": True, "sync": False}, ["--fixed", "--no-sync"]),
        ({"columns": ["a,b", "c"]}, ['--columns=["a,b", "c"]']),
        ({"columns": "a,b"}, ["--columns=a,b"]),
        ({"dtype": {"a": "int32?", "b": float}}, ['--dtype={"a": "int32?", "b": "float64"}']),
        ({"dtype": "float32"}, ["--dtype=float32"]),
        ({"na": []}, ["--na=none"]),
        ({"na": ["-", "?"]}, ["--na=-,?"]),
        ({"for_": "databricks"}, ["--for=databricks"]),
        ({"dialect": "own.yaml"}, ["--dialect=own.yaml"]),
        ({"dialect": ["a.yaml", "b.yaml"]}, ["--dialect=a.yaml", "--dialect=b.yaml"]),
        ({"model": DATA}, [f"--model={DATA}"]),
    ],
)
def test_words(options: dict[str, Any], words: list[str]) -> None:
    assert words_of("convert", options) == words


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"colums": ["a"]}, "did you mean columns"),
        ({"max_row": 1}, "did you mean max_rows"),
        ({"zzz": 1}, "there are "),
        ({"output": "x"}, "the target says"),
        ({"quiet": True}, "simplefilter"),
        ({"fixed": 1}, "True or False"),
        ({"max_rows": True}, "a text or a number"),
        ({"na": ["a,b"]}, "comma"),
    ],
)
def test_what_is_no_option(options: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        transload.read(DATA / "iris.csv", **options)


def test_options_reach_the_command() -> None:
    payload = b"made by hand\nx|y\n-|a,b\n# no row\n2|'c'\n"
    options: dict[str, Any] = {"from_": "csv", "skip_lines": 1, "comment": "#", "delimiter": "|", "quote": "'", "na": ["-"], "text": ["y"]}
    assert transload.read(payload, **options).read_all().to_pydict() == {"x": [None, 2], "y": ["a,b", "c"]}
    assert transload.read(b"1,2\n", from_="csv", header=False).read_all().num_rows == 1
    with pytest.raises(transload.TransloadError) as caught:
        transload.convert(payload, to="nothing")
    assert caught.value.code == "E_DIALECT"
