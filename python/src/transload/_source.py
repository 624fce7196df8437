"""What may be read: a path, which the command line opens itself, or bytes that are fed to it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, Union

from ._names import form_of


class Readable(Protocol):
    """A file that is open for reading bytes."""

    def read(self, size: int, /) -> bytes: ...


Source = Union[str, "os.PathLike[str]", bytes, bytearray, memoryview, Readable, Iterable[bytes]]
"""A path, a URL that fsspec opens, bytes, an open file, or bytes piece by piece."""

CHUNK = 1 << 20


@dataclass(frozen=True)
class Opened:
    """A source as the command line gets it: a word, or chunks on its standard input."""

    path: str | None
    chunks: Iterator[Any] | None
    name: str | None
    """What the bytes are called, where they have a name."""

    def from_words(self, asked: str | None) -> list[str]:
        """The form that was asked for, or that a name tells which the command line does not see."""
        form = asked or (None if self.name is None else form_of(self.name))
        return [] if form is None else [f"--from={form}"]


def open_source(source: Source) -> Opened:
    """Nothing is read of it yet.

    Raises:
        TypeError: it is nothing that has bytes.
        ImportError: a URL, and fsspec is not installed.
    """
    if isinstance(source, str) and is_url(source):
        return Opened(None, _of_url(source), source)
    if isinstance(source, (str, os.PathLike)):
        return Opened(as_word(os.fspath(source)), None, None)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return Opened(None, iter([source]), None)
    if hasattr(source, "read"):
        name = getattr(source, "name", None)
        return Opened(None, _of_file(source), name if isinstance(name, str) else None)
    if isinstance(source, Iterable):
        return Opened(None, iter(source), None)
    raise TypeError(f"a source is a path, a URL, bytes, a file that is open, or an iterable of bytes, not {type(source).__name__}")


def is_url(text: str) -> bool:
    """``s3://…``, and ``simplecache::s3://…``."""
    return "://" in text


def as_word(path: str) -> str:
    """A path that is never taken for an option, nor for standard input."""
    return f".{os.sep}{path}" if path.startswith("-") else path


def filesystem_of(url: str) -> tuple[Any, str]:
    """fsspec's file system, and the path in it."""
    try:
        import fsspec  # type: ignore[import-untyped,unused-ignore]
    except ImportError as error:
        raise ImportError(f"{url} is read through fsspec, which is not here: pip install fsspec, and its package for this kind of URL") from error
    fs, path = fsspec.core.url_to_fs(url)  # pyright: ignore
    return fs, str(path)  # pyright: ignore


def _of_url(url: str) -> Iterator[bytes]:
    fs, path = filesystem_of(url)
    return _of_remote(fs, path)


def _of_remote(fs: Any, path: str) -> Iterator[bytes]:
    with fs.open(path, "rb") as file:
        yield from _of_file(file)


def _of_file(file: Any) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
