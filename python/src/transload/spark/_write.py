"""Writes pieces. They appear when all tasks have written theirs, and ``_SUCCESS`` says that they have."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark import TaskContext
from pyspark.sql.datasource import DataSourceArrowWriter, WriterCommitMessage

from .._convert import split
from .._source import is_url
from .._table import table
from .._write import joined, stream_of
from ._files import local
from ._options import options_of

MANIFEST = "manifest.json"
SUCCESS = "_SUCCESS"
WHOLE = 2**53 - 1
"""Rows of a piece where nobody asks for fewer: all that the task has."""


@dataclass
class Written(WriterCommitMessage):
    """A task's pieces, as the manifest has them, and the folder that they are in."""

    folder: str
    entries: list[dict[str, Any]]


class Writer(DataSourceArrowWriter):
    """Tasks write into folders of their own, below one whose name readers pass over; the driver gives the pieces their places.

    A task that is ended, or runs a second time, has written nothing that anybody sees.
    """

    def __init__(self, options: Mapping[str, str], overwrite: bool) -> None:
        self._options = options_of(options, ("to", "for"))
        self._to, self._for = options.get("to"), options.get("for")
        if self._to is None and self._for is None:
            raise ValueError('say what to write: .option("to", "azureml:split"), or .option("for", "databricks")')
        if is_url(local(options.get("path", "")) or "://"):
            raise ValueError("pieces are written into a folder that has a path, as a file system that is mounted has: .save(path)")
        self._folder = Path(local(options["path"])).absolute()
        self._overwrite = overwrite
        self._job = uuid.uuid4().hex[:12]
        self._stage = self._folder / f"_transload-{self._job}"
        # by nobody else: what a task writes that comes too late has no place
        self._stage.mkdir(parents=True)

    def write(self, iterator: Iterator[pa.RecordBatch]) -> WriterCommitMessage:  # type: ignore[override]
        context = TaskContext.get()
        assert context is not None
        first = next((batch for batch in iterator if batch.num_rows > 0), None)
        if first is None:
            return Written("", [])
        name = f"part-{context.partitionId():05}-{context.taskAttemptId()}-{self._job}"
        folder = self._stage / name
        folder.mkdir()
        try:
            entries = self._pieces(folder / f"{name}-{{00000}}{self._ending()}", first, iterator)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return Written(str(folder), entries)

    def _pieces(self, pattern: Path, first: pa.RecordBatch, others: Iterator[pa.RecordBatch]) -> list[dict[str, Any]]:
        limits = {} if self._for is not None or {"max_rows", "max_bytes"} & self._options.keys() else {"max_rows": WHOLE}
        chunks = stream_of(first.schema, joined(first, others))
        return split(chunks, pattern, self._to, from_="arrows", for_=self._for, **{**limits, **self._options})

    def _ending(self) -> str:
        form = (self._to or self._for or "").partition(":")[0]
        return next((f".{ending}" for ending, known in table()["extensions"].items() if known == form), ".json")

    def commit(self, messages: Sequence[WriterCommitMessage | None]) -> None:
        written = [message for message in messages if isinstance(message, Written)]
        before = _entries(self._folder)
        moved: list[Path] = []
        (self._folder / SUCCESS).unlink(missing_ok=True)
        try:
            for message in written:
                for entry in message.entries:
                    moved.append(self._folder / entry["piece"])
                    os.rename(Path(message.folder) / entry["piece"], moved[-1])
            entries = [entry for message in written for entry in message.entries]
            _write(self._folder / MANIFEST, json.dumps(_counted([*([] if self._overwrite else before), *entries]), indent=1))
        except BaseException:
            for path in moved:
                path.unlink(missing_ok=True)
            raise
        if self._overwrite:
            for entry in before:
                (self._folder / entry["piece"]).unlink(missing_ok=True)
        _write(self._folder / SUCCESS, "")
        shutil.rmtree(self._stage, ignore_errors=True)

    def abort(self, messages: Sequence[WriterCommitMessage | None]) -> None:
        shutil.rmtree(self._stage, ignore_errors=True)
        if not any(self._folder.iterdir()):
            self._folder.rmdir()


def _entries(folder: Path) -> list[dict[str, Any]]:
    """Of an earlier write."""
    path = folder / MANIFEST
    entries: list[dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.exists() else []
    return entries


def _counted(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """With the rows before each, of all the pieces."""
    firsts = accumulate((entry["rows"] for entry in entries), initial=0)
    return [{**entry, "firstRow": first} for entry, first in zip(entries, firsts)]


def _write(path: Path, text: str) -> None:
    """Whole, and on the disk."""
    beside = path.with_name(f"_{path.name}-{uuid.uuid4().hex}")
    with open(beside, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
