"""A payload's rows, scored by a server."""

from __future__ import annotations

from typing import Any, overload

from ._convert import run
from ._messages import Progress
from ._options import words_of
from ._source import Source, open_source
from ._target import Target


@overload
def score(source: Source, target: None = None, to: str | None = None, *, url: str, **options: Any) -> bytes: ...
@overload
def score(source: Source, target: Target, to: str | None = None, *, url: str, **options: Any) -> None: ...
def score(
    source: Source,
    target: Target | None = None,
    to: str | None = None,
    *,
    url: str,
    for_: str | None = None,
    from_: str | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> bytes | None:
    """Sends the payload to a server in pieces that it takes, several at a time, and writes the predictions in the order of the rows.

    Args:
        source: as for :func:`transload.read`.
        target: as for :func:`transload.convert`; without it the bytes are returned.
        to: how the predictions are written: csv, jsonl, parquet, arrows, or a dialect; without it the target's name tells.
        url: where requests are posted to, or the server's alone, behind which the dialect's route is put.
        for_: what the server speaks; by default as the URL's path tells.
        from_, progress: as for :func:`transload.convert`.
        options: those of ``transload score``, in snake case: ``concurrency``, ``retries``, ``timeout`` (in seconds), ``header``, ``with_``,
            ``keep_going`` …

    Raises:
        TransloadError: E_REFUSED where the server refuses rows, E_ANSWER for answers that do not fit; another code as for
            :func:`transload.convert`.
    """
    opened = open_source(source)
    words = [*opened.from_words(from_), *words_of("score", {"url": url, "for": for_, **options})]
    return run(opened, words, target, to, progress, "score")
