"""What a payload holds, and whether a server takes it."""

from __future__ import annotations

import json
from typing import Any

from ._messages import Progress
from ._options import words_of
from ._process import Process
from ._source import Source, open_source

REFUSED = 1
"""The exit code of a verdict that says no."""


def inspect(source: Source, *, from_: str | None = None, progress: Progress | None = None, **options: Any) -> dict[str, Any]:
    """Reads the payload to its end: its form, rows, shape, columns with their dtypes, gaps and ends, as ``transload inspect --json`` has it.

    Raises:
        TransloadError: the payload is not sound.
    """
    return _answer("inspect", source, from_, options, progress)


def verdict(
    source: Source,
    *,
    for_: str | None = None,
    model: Any = None,
    from_: str | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Whether a server takes the payload as it is, why not, and what it changes in silence: ``transload validate --json``.

    Args:
        for_: the server: azureml, mlflow, tfserving, …
        model: the MLmodel file, or its folder, whose signature decides what is taken.
        server_version: what the server runs: ``"mlflow=3.17,pandas=3.1"``.

    Returns:
        ``accepted``, ``findings``, ``remedy`` and what else schema/verdict.schema.json describes.

    Raises:
        TransloadError: the payload cannot be read, so that there is no verdict.
    """
    return _answer("validate", source, from_, {"for": for_, "model": model, **options}, progress, REFUSED)


def _answer(command: str, source: Source, from_: str | None, options: dict[str, Any], progress: Progress | None, *codes: int) -> dict[str, Any]:
    opened = open_source(source)
    words = [*opened.from_words(from_), *words_of(command, options), "--json"]
    process = Process(command, words, opened, progress)
    try:
        said = process.stdout.read()
        process.finish(*codes)
    finally:
        process.close()
    answer: dict[str, Any] = json.loads(said)
    return answer
