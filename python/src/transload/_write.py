"""Tables, batches and arrays as a payload."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, overload

from ._convert import run
from ._messages import Progress
from ._options import words_of
from ._source import Opened
from ._target import Target

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 1 << 16
"""Rows of a table that are written at once."""


@overload
def write(data: Any, target: None = None, to: str | None = None, **options: Any) -> bytes: ...
@overload
def write(data: Any, target: Target, to: str | None = None, **options: Any) -> None: ...
def write(data: Any, target: Target | None = None, to: str | None = None, *, progress: Progress | None = None, **options: Any) -> bytes | None:
    """Writes a table in any dialect or form.

    Args:
        data: Arrow's table, batch or reader; an iterable of batches; a DataFrame of pandas, whose index goes along, or of polars, or
            whatever else has ``__arrow_c_stream__``; or an array of numpy's, which is a tensor.
        target, to, progress, options: as for :func:`transload.convert`.

    Raises:
        TransloadError: as for :func:`transload.convert`.
        TypeError: data that is none of these.
    """
    form, chunks = _opened(data)
    words = [f"--from={form}", *words_of("convert", options)]
    return run(Opened(None, chunks, None), words, target, to, progress)


def _opened(data: Any) -> tuple[str, Iterator[Any]]:
    if type(data).__module__.partition(".")[0] == "numpy":
        return "npy", _npy(data)
    return "arrows", stream_of(*_batches(data))


def _batches(data: Any) -> tuple[pa.Schema, Iterable[pa.RecordBatch]]:
    import pyarrow as pa

    if type(data).__module__.partition(".")[0] == "pandas":
        data = pa.Table.from_pandas(data)
    if isinstance(data, pa.RecordBatch):
        return data.schema, [data]
    if isinstance(data, pa.Table):
        return data.schema, data.to_batches(ROWS)
    if isinstance(data, pa.RecordBatchReader):
        return data.schema, data
    if hasattr(data, "__arrow_c_stream__"):
        reader = pa.RecordBatchReader.from_stream(data)
        return reader.schema, reader
    if not isinstance(data, Iterable):
        raise TypeError(f"a table, batches, a DataFrame or an array is written, not {type(data).__name__}")
    given: Any = data  # pyright: ignore[reportUnknownVariableType]
    batches: Iterator[Any] = iter(given)
    first = next(batches, None)
    if not isinstance(first, pa.RecordBatch):
        what = "nothing, which has no columns" if first is None else type(first).__name__
        raise TypeError(f"an iterable of pyarrow.RecordBatch is written, and this one gives {what}")
    return first.schema, joined(first, batches)


def joined(first: pa.RecordBatch, rest: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield first
    yield from rest


class _Parts(io.RawIOBase):
    """A file whose writes are taken away again."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        self.parts.append(bytes(part))
        return len(part)

    def take(self) -> list[bytes]:
        parts, self.parts = self.parts, []
        return parts


def stream_of(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """Arrow's stream, part by part."""
    import pyarrow as pa

    sink = _Parts()
    with pa.ipc.new_stream(pa.PythonFile(sink, mode="w"), schema) as writer:
        yield from sink.take()
        for batch in batches:
            writer.write_batch(batch)  # pyright: ignore[reportUnknownMemberType]
            yield from sink.take()
    yield from sink.take()


def _npy(array: Any) -> Iterator[Any]:
    """numpy's file; what does not lie row by row is copied."""
    import numpy as np
    from numpy.lib import format as npy

    rows = np.ascontiguousarray(array)
    header = _Parts()
    npy.write_array_header_1_0(header, npy.header_data_from_array_1_0(rows))  # type: ignore[arg-type,unused-ignore]
    yield from header.take()
    yield rows.reshape(-1).view(np.uint8).data
