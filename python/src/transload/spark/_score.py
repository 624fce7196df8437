"""Scores a table against a server, in tasks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql.types import StructType

from .._convert import on_disk
from .._options import words_of
from .._process import Process
from .._reader import Reader
from .._source import Opened
from .._write import joined, stream_of
from ._schema import arrow_schema, fitted


def score(df: DataFrame, *, url: str, schema: StructType | str, for_: str | None = None, **options: Any) -> DataFrame:
    """The predictions for each row, as :func:`transload.score` gets them.

    Args:
        df: the rows; each of its partitions is sent by one task, which has ``concurrency`` requests under way at most. ``df.repartition(8)``
            with ``concurrency=4`` are 32 requests at a time on eight cores.
        url: the server, which the executors reach.
        schema: which columns of the answer to take, by their names, and as what: ``"prediction double"``. An answer with names has these.
        for_: what the server speaks; by default as the URL's path tells.
        options: those of ``transload score``, in snake case: ``concurrency``, ``retries``, ``timeout``, ``with_=["id"]`` for columns beside the
            predictions …

    Raises:
        TypeError: for an option that there is not, here and not in a task.
    """
    words = [*words_of("score", {"url": url, "for": for_, **options}), "--from=arrows", "--to=arrows"]
    wanted = schema if isinstance(schema, StructType) else cast(StructType, StructType.fromDDL(schema))

    def scored(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return _scored(iter(batches), words, wanted, url)

    return df.mapInArrow(scored, wanted)


def _scored(batches: Iterator[pa.RecordBatch], words: list[str], wanted: StructType, url: str) -> Iterator[pa.RecordBatch]:
    first = next((batch for batch in batches if batch.num_rows > 0), None)
    if first is None:
        return
    target = arrow_schema(wanted)
    chunks = stream_of(first.schema, joined(first, batches))
    # a column that goes beside the predictions is read a second time
    with on_disk(Opened(None, chunks, "rows.arrows")) as path, Reader(Process("score", words, Opened(path, None, None))) as reader:
        for batch in reader:
            yield fitted(batch, target, url, exact=False)
