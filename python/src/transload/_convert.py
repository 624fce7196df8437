"""A payload in another form."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, overload

from ._messages import Progress
from ._options import words_of
from ._process import Process
from ._source import CHUNK, Opened, Source, open_source
from ._target import Target, is_path, words_by_name, written_by_name, written_to


@overload
def convert(source: Source, target: None = None, to: str | None = None, **options: Any) -> bytes: ...
@overload
def convert(source: Source, target: Target, to: str | None = None, **options: Any) -> None: ...
def convert(
    source: Source,
    target: Target | None = None,
    to: str | None = None,
    *,
    from_: str | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> bytes | None:
    """Writes the payload in another dialect or form, in one pass.

    Args:
        source: as for :func:`transload.read`.
        target: a path, an open file, or a URL that fsspec opens; without it the bytes are returned. A path holds all of the output, on the
            disk, or what it held before.
        to: the dialect or form; without it the target's name tells.
        from_: the source's, where it is not to be told from the bytes or the name.
        progress: is called with the bytes read, and those there are where that is known.
        options: those of ``transload convert``, in snake case.

    Raises:
        TransloadError: E_OPTION for a call that cannot be, another code for the first fault.
    """
    opened = open_source(source)
    words = [*opened.from_words(from_), *words_of("convert", options)]
    return run(opened, words, target, to, progress)


def run(
    opened: Opened, words: list[str], target: Target | None, to: str | None, progress: Progress | None, command: str = "convert"
) -> bytes | None:
    """A conversion of what is opened, with these words, or another command that reads and writes as it does."""
    if is_path(target):
        with written_by_name(os.fspath(target), opened.chunks is not None) as path:  # type: ignore[arg-type]
            asked = [] if to is None else [f"--to={to}"]
            _finish(Process(command, [*words, *asked, f"--output={path}"], opened, progress))
        return None
    named = words_by_name(target, to) if isinstance(target, str) else [] if to is None else [f"--to={to}"]
    if target is None:
        return b"".join(_chunks(Process(command, [*words, *named], opened, progress)))
    with written_to(target) as take:
        for chunk in _chunks(Process(command, [*words, *named], opened, progress)):
            take(chunk)
    return None


def _finish(process: Process) -> None:
    try:
        process.finish()
    finally:
        process.close()


def _chunks(process: Process) -> Iterator[bytes]:
    """The process's output; it ends with it, or early when nobody asks for more."""
    try:
        while chunk := process.stdout.read1(CHUNK):
            process.tell()
            yield chunk
        process.finish()
    finally:
        process.close()


@overload
def split(source: Source, target: None = None, to: str | None = None, **options: Any) -> Iterator[bytes]: ...
@overload
def split(source: Source, target: str | os.PathLike[str], to: str | None = None, **options: Any) -> list[dict[str, Any]]: ...
def split(
    source: Source,
    target: str | os.PathLike[str] | None = None,
    to: str | None = None,
    *,
    from_: str | None = None,
    for_: str | None = None,
    max_rows: int | None = None,
    max_bytes: int | str | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Iterator[bytes] | list[dict[str, Any]]:
    """Cuts the payload into pieces, each of them a whole payload.

    Args:
        source: as for :func:`transload.read`.
        target: names for files, with zeros in braces: ``out/part-{00000}.json``. They appear together, and manifest.json beside them, whose
            entries are returned. Without it the pieces are, one after the other; they are JSON then.
        to: the dialect or form; without it that of ``for_``, or what the target's name tells.
        for_: the server whose limit is taken.
        max_rows: rows of a piece.
        max_bytes: bytes of a piece: ``"16MB"``.
        from_, progress, options: as for :func:`convert`.
    """
    asked = words_of("convert", {"to": to, "for": for_, "max_rows": max_rows, "max_bytes": max_bytes, **options})
    opened = open_source(source)
    words = [*opened.from_words(from_), *asked]
    if target is None:
        return _lines(Process("convert", [*words, "--lines"], opened, progress))
    pattern = os.fspath(target)
    with on_disk(opened) as path:
        _finish(Process("convert", [*words, f"--output={pattern}"], Opened(path, None, None), progress))
    entries: list[dict[str, Any]] = json.loads((Path(pattern).parent / "manifest.json").read_text("utf-8"))
    return entries


def _lines(process: Process) -> Iterator[bytes]:
    """Whole lines: what breaks off is no piece."""
    try:
        while (line := process.stdout.readline()).endswith(b"\n"):
            process.tell()
            yield line[:-1]
        process.finish()
    finally:
        process.close()


class on_disk:
    """The source as a file: pieces are given their names by the command line, which cannot know of an end whether it is the payload's."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._path: str | None = None

    def __enter__(self) -> str:
        if self._opened.path is not None:
            return self._opened.path
        name = os.path.basename(self._opened.name or "")
        with tempfile.NamedTemporaryFile(prefix="transload-", suffix=f"-{name}", delete=False) as file:
            self._path = file.name
            try:
                for chunk in self._opened.chunks or ():
                    file.write(chunk)
            except BaseException:
                os.remove(self._path)
                raise
        return self._path

    def __exit__(self, *_: object) -> None:
        if self._path is not None:
            os.remove(self._path)
