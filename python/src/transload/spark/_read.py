"""Reads files, in batch and as a stream."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
from pyspark.sql.datasource import DataSourceReader, DataSourceStreamReader, InputPartition
from pyspark.sql.types import StructType

from .._names import form_of
from .._read import read
from ._files import File, Share, can_be_cut, file_at, files_of, is_payload, local, shares_of
from ._options import count_of, options_of
from ._schema import VALUE, arrow_schema, dtype_of, dtypes_of, fitted, spark_schema

BINARY = ("parquet", "mlflow:parquet", "arrow", "arrows", "npy", "npz", "triton:binary")
"""Forms whose cells have dtypes of their own, and no shares."""
WHOLE = ("encoding", "skip_lines", "comment", "escape", "ragged", "engine", "typing")
"""Options with which the rows depend on the text before them, so that a file is one task's."""
FIRST = "1/1000000"
"""A share of little more than a document's head."""
SETTLED = "1"
"""Seconds in which a file that is complete has not been written to."""


class Asked:
    """What is asked of the reading: the data source's options, taken apart."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self.options = options_of(options, ("from",))
        self.form = options.get("from") or options.get("from_")
        self.partitions = count_of(options, "partitions")

    def is_text(self, file: File) -> bool:
        return (self.form or form_of(file.path)) not in BINARY

    def has_shares(self, file: File) -> bool:
        """Whether rows of the file can be found without those before them."""
        labelled = str(self.options.get("index", "drop")).startswith("column:")
        return self.is_text(file) and not labelled and not any(name in self.options for name in WHOLE)

    def shares(self, files: Sequence[File]) -> list[Share]:
        return shares_of(files, self.partitions, self.has_shares)

    def head(self, file: File) -> dict[str, str]:
        """Words with which little more than the first rows is read, where that can be."""
        return {"share": FIRST} if can_be_cut(file) and self.has_shares(file) else {}

    def read(self, path: str, **more: Any) -> Any:
        options: dict[str, Any] = {"index": "drop", **self.options, **more}
        return read(path, from_=self.form, **options)


def schema_of(options: Mapping[str, str]) -> StructType:
    """The schema that the first rows of the first file tell, and the model's signature where one is given."""
    asked = Asked(options)
    file = files_of(options)[0]
    with asked.read(file.path, **asked.head(file)) as reader:
        return spark_schema(reader.schema)


class Reading:
    """What a task does; it goes to the executors."""

    def __init__(self, options: Mapping[str, str], schema: StructType, inferred: bool) -> None:
        self.asked = Asked(options)
        self.schema = schema
        self.inferred = inferred

    def batches(self, share: Share) -> Iterator[pa.RecordBatch]:
        """The share's rows.

        Raises:
            TransloadError: the first fault of the whole file, with its place there, whichever share met one.
        """
        file = share.file
        target = arrow_schema(self.schema)
        file.refuse_changed()
        with self.asked.read(file.path, **share.words(), **self._columns(target), **self._dtypes(target, file)) as reader:
            for batch in reader:
                if batch.num_rows > 0:
                    yield fitted(batch, target, file.path, self.inferred)
        file.refuse_changed()

    def _columns(self, target: pa.Schema) -> dict[str, Any]:
        """Only the columns of the schema are read; where it was inferred, what it does not have is an error."""
        return {} if self.inferred or target.names == [VALUE] or "columns" in self.asked.options else {"columns": target.names}

    def _dtypes(self, target: pa.Schema, file: File) -> dict[str, Any]:
        if "dtype" in self.asked.options or not self.asked.is_text(file):
            return {}
        if target.names == [VALUE]:
            dtype = dtype_of(target.types[0])
            return {} if dtype in (None, "string", "bytes", "bool") else {"dtype": dtype}
        return {"dtype": dtypes_of(target)}


class Reader(DataSourceReader):
    def __init__(self, options: Mapping[str, str], schema: StructType, inferred: bool) -> None:
        self._options = dict(options)
        self._reading = Reading(options, schema, inferred)

    def partitions(self) -> Sequence[InputPartition]:
        return self._reading.asked.shares(files_of(self._options))

    def read(self, partition: InputPartition) -> Iterator[Any]:
        assert isinstance(partition, Share)
        return self._reading.batches(partition)


class StreamReader(DataSourceStreamReader):
    """A folder that fills. An offset is the files that have been taken, each with its size and the time it was written."""

    def __init__(self, options: Mapping[str, str], schema: StructType, inferred: bool) -> None:
        self._folder = local(options.get("path", ""))
        if not os.path.isdir(self._folder):
            raise ValueError(f"a stream is read from a folder, and {self._folder!r} is none")
        self._settle = float(options.get("settle", SETTLED))
        self._reading = Reading(options, schema, inferred)

    def initialOffset(self) -> dict[str, str]:
        return {}

    def latestOffset(self, start: dict[str, str] | None = None, limit: object = None) -> dict[str, str]:
        taken = start or {}
        seen = _complete(self._folder, set(taken), self._settle)
        return {**taken, **{os.path.basename(file.path): f"{file.size} {file.written}" for file in seen}}

    def partitions(self, start: dict[str, str], end: dict[str, str]) -> Sequence[InputPartition]:
        new = [self._file(name, value) for name, value in end.items() if name not in start]
        return self._reading.asked.shares(new) if new else []

    def _file(self, name: str, value: str) -> File:
        size, written = map(int, value.split())
        return File(os.path.join(self._folder, name), size, written)

    def read(self, partition: InputPartition) -> Iterator[Any]:
        assert isinstance(partition, Share)
        return self._reading.batches(partition)


def _complete(folder: str, taken: set[str], settle: float) -> list[File]:
    """The other files that nobody has written to for so many seconds; the youngest are looked at twice."""
    files = _files(folder, taken)
    if any(time.time_ns() - (file.written or 0) < settle * 1e9 for file in files):
        time.sleep(settle)
        again = _files(folder, taken)
        files = [file for file in files if file in again]
    return files


def _files(folder: str, taken: set[str]) -> list[File]:
    names = sorted(name for name in os.listdir(folder) if is_payload(name) and name not in taken)
    return [file_at(path) for name in names if os.path.isfile(path := os.path.join(folder, name))]
