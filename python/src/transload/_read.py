"""A payload as Arrow's batches, or numpy's arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._messages import Progress
from ._options import words_of
from ._process import Process
from ._source import Source, open_source

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


def read(
    source: Source,
    *,
    from_: str | None = None,
    columns: Sequence[str] | None = None,
    dtype: Any = None,
    model: Any = None,
    batch_rows: int | None = None,
    infer: str | None = "head",
    progress: Progress | None = None,
    **options: Any,
) -> pa.RecordBatchReader:
    """The payload's rows, batch by batch, as they are read: DuckDB, polars, pandas and Arrow take the reader as it is.

    Args:
        source: a path, bytes, an open file, an iterable of bytes, or a URL that fsspec opens.
        from_: its dialect or form, where it is not to be told from the bytes or the name.
        columns: the columns to read, in this order; names, for a payload that has none.
        dtype: of all numbers, or by column: ``{"age": "int32", "chol": "float64?"}``. A column that nobody named has what its first
            64 KiB are; a later cell that is none of it is refused. ``infer="whole"`` looks at all rows before it gives the first.
        model: an MLmodel file, or its folder, whose signature has the dtypes.
        batch_rows: rows of a batch; by default about a mebibyte of cells.
        progress: is called with the bytes read, and those there are where that is known.
        options: those of ``transload convert``, in snake case.

    Raises:
        TransloadError: for the first fault, here or by the read that comes to it. A reader never ends early in silence.
        TypeError: an option that there is not, or a source that is none.
    """
    from ._reader import Reader

    asked = {"columns": columns, "dtype": dtype, "model": model, "batch_rows": batch_rows, "infer": infer, **options}
    opened = open_source(source)
    words = [*opened.from_words(from_), *words_of("convert", asked), "--to=arrows"]
    return Reader(Process("convert", words, opened, progress))


def read_numpy(source: Source, **options: Any) -> np.ndarray[Any, Any] | dict[str, np.ndarray[Any, Any]]:
    """The payload as arrays: one for a tensor that has no name, otherwise one for each column.

    They are Arrow's own memory where one batch holds all. A missing float is NaN and a missing time NaT; whole numbers and truth values
    with gaps are masked arrays; texts and lists are objects. The options are those of :func:`read`.
    """
    from ._arrays import arrays_of

    with read(source, **options) as reader:
        return arrays_of(reader)
