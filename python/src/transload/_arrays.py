"""Arrow's batches as numpy's arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.types as types

from ._grown import Grown

Array = np.ndarray[Any, Any]

NUMBERS = {
    **{f"{sign}int{bits}": f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
    "halffloat": "float16",
    "float": "float32",
    "double": "float64",
}
"""Arrow's names and numpy's of what lies in memory alike."""


def arrays_of(reader: pa.RecordBatchReader) -> Array | dict[str, Array]:
    """All that the reader has. Of two columns of one name there is no dict.

    Raises:
        ValueError: for such columns.
    """
    names: list[str] = reader.schema.names
    if len(set(names)) < len(names):
        raise ValueError(f"two columns have one name, so that no dict holds both: {', '.join(names)}")
    columns = [_Column(kind) for kind in reader.schema.types]
    batches: Any = reader
    for batch in batches:
        for column, cells in zip(columns, batch.columns):
            column.add(array_of(cells))
    arrays = [column.whole() for column in columns]
    return arrays[0] if names == [""] else dict(zip(names, arrays))


class _Column:
    """A column's arrays as one. The first is taken as it is, in case it is the only one.

    Numbers that follow are copied behind it at once, so that a batch's memory is used again for the next one. What has gaps, and objects, are
    joined at the end.
    """

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        self._parts: list[Array] = []
        self._grown: Grown | None = None

    def add(self, part: Array) -> None:
        if self._grown is not None and _is_plain(part):
            self._grown.add(part)
            return
        self._settle()
        self._parts.append(part)
        if len(self._parts) == 2 and all(map(_is_plain, self._parts)):
            self._grown = Grown(self._parts[0])
            self._grown.add(part)
            self._parts = []

    def whole(self) -> Array:
        self._settle()
        if not self._parts:
            return array_of(pa.array([], type=self._kind))
        if len(self._parts) == 1:
            return self._parts[0]
        masked: Any = np.ma
        join: Any = masked.concatenate if any(isinstance(part, np.ma.MaskedArray) for part in self._parts) else np.concatenate
        joined: Array = join(self._parts)
        return joined

    def _settle(self) -> None:
        """Nothing more grows."""
        if self._grown is not None:
            self._parts.append(self._grown.whole())
            self._grown = None


def _is_plain(part: Array) -> bool:
    return part.dtype.kind in "biufM" and not isinstance(part, np.ma.MaskedArray)


def array_of(column: Any) -> Array:
    """A column's cells; over the same memory where they are numbers without a gap."""
    kind = column.type
    dtype = NUMBERS.get(str(kind))
    if dtype is not None and column.null_count == 0 and len(column) > 0:
        # to_numpy() would load pandas, which takes longer than many a payload
        return np.frombuffer(column.buffers()[1], dtype, len(column), column.offset * np.dtype(dtype).itemsize)
    if isinstance(kind, pa.FixedShapeTensorType):
        cells = array_of(column.storage.flatten())
        return cells.reshape(len(column), *kind.shape)
    if types.is_dictionary(kind):
        return array_of(column.dictionary_decode())
    if column.null_count > 0 and (types.is_integer(kind) or types.is_boolean(kind)):
        filled = column.fill_null(False if types.is_boolean(kind) else 0)
        return np.ma.MaskedArray(filled.to_numpy(zero_copy_only=False), column.is_null().to_numpy(zero_copy_only=False))
    plain: Array = column.to_numpy(zero_copy_only=False)
    return plain
