"""The files that are read, and their shares of rows: what a task is given."""

from __future__ import annotations

import glob
import json
import os
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pyspark.sql.datasource import InputPartition

from .._errors import TransloadError
from .._names import compression_of
from .._source import filesystem_of, is_url

MAGIC = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
"""What gzip and Zstandard begin with."""


@dataclass(frozen=True)
class File:
    """A file as it was when the work was planned: size in bytes, and when it was written, in nanoseconds. Of a URL neither is known."""

    path: str
    size: int | None = None
    written: int | None = None

    def refuse_changed(self) -> None:
        """Of a file that is written to while tasks read it, they may not read the same.

        Raises:
            TransloadError: E_READ.
        """
        if self.size is not None and file_at(self.path) != self:
            raise TransloadError("E_READ", f"{self.path} was written to while it was read; read it when it is complete, or a copy of it")


@dataclass
class Share(InputPartition):
    """What a task reads: the file, or one of so many shares of its rows, counted from 1."""

    file: File
    number: int = 1
    of: int = 1

    def words(self) -> dict[str, str]:
        return {} if self.of == 1 else {"share": f"{self.number}/{self.of}"}


def file_at(path: str) -> File:
    """
    Raises:
        TransloadError: E_READ for a path where nothing is.
    """
    try:
        stats = os.stat(path)
    except OSError as error:
        raise TransloadError("E_READ", f"cannot read {path}: {error.strerror}") from error
    return File(path, stats.st_size, stats.st_mtime_ns)


def files_of(options: Mapping[str, str]) -> list[File]:
    """The files that ``load()`` names, by their names: a file, a folder, a pattern, a URL that fsspec opens, or a list of these.

    Raises:
        ValueError: nothing is named.
        TransloadError: E_READ where there is nothing.
    """
    named = json.loads(options["paths"]) if "paths" in options else [options["path"]] if "path" in options else []
    if not named:
        raise ValueError('say what to read: spark.read.format("transload").load("dir/*.json")')
    return [file for name in named for file in _found(local(name))]


def local(name: str) -> str:
    """``file:/a`` and ``file:///a`` are the path /a."""
    if not name.startswith("file:"):
        return name
    rest = name[len("file:") :]
    return rest[2:] if rest.startswith("//") else rest


def is_payload(path: str) -> bool:
    """Names with ``_`` or ``.`` in front are those of files that are not ready, or are about the others: Spark's own rule."""
    return not os.path.basename(path).startswith(("_", ".")) and os.path.basename(path) != "manifest.json"


def _found(name: str) -> list[File]:
    paths = _of_url(name) if is_url(name) else _of_path(name)
    if not paths:
        raise TransloadError("E_READ", f"cannot read {name}: there is no such file")
    return [File(path) if is_url(path) else file_at(path) for path in paths]


def _of_path(name: str) -> list[str]:
    if os.path.isdir(name):
        return sorted(path for path in glob.glob(os.path.join(glob.escape(name), "*")) if is_payload(path) and os.path.isfile(path))
    if os.path.exists(name):
        return [name]
    return sorted(path for path in glob.glob(name, recursive=True) if is_payload(path) and os.path.isfile(path))


def _of_url(url: str) -> list[str]:
    fs, path = filesystem_of(url)
    found = fs.glob(path) if glob.has_magic(path) else [entry for entry in fs.find(path, maxdepth=1) if is_payload(entry)]
    return [str(fs.unstrip_protocol(entry)) for entry in sorted(found)]


def shares_of(files: Iterable[File], wanted: int, has_shares: Callable[[File], bool]) -> list[Share]:
    """As many as are wanted, each file having its part of them by its size, and one at least. `has_shares`: its form and the options allow it."""
    known = list(files)
    whole = sum(file.size or 0 for file in known)
    return [share for file in known for share in _shares(file, round(wanted * (file.size or 0) / whole) if whole else wanted, has_shares)]


def _shares(file: File, wanted: int, has_shares: Callable[[File], bool]) -> list[Share]:
    if wanted > 1 and can_be_cut(file) and has_shares(file):
        return [Share(file, number, wanted) for number in range(1, wanted + 1)]
    if wanted > 1:
        why = "is behind a URL" if file.size is None else "has a form, or options, without shares" if can_be_cut(file) else "is compressed"
        warnings.warn(f"{file.path} {why}, so that one task reads all of it", stacklevel=2)
    return [Share(file)]


def can_be_cut(file: File) -> bool:
    """Whether it can be read from any place on: it is behind no URL, and not compressed."""
    if file.size is None or compression_of(file.path) is not None:
        return False
    with open(file.path, "rb") as bytes_of:
        return not bytes_of.read(4).startswith(MAGIC)
