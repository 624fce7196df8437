"""Arrow's batches as numpy's arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.types as types

Array = np.ndarray[Any, Any]


def arrays_of(reader: pa.RecordBatchReader) -> Array | dict[str, Array]:
    """All that the reader has. Of two columns of one name there is no dict.

    Raises:
        ValueError: for such columns.
    """
    names: list[str] = reader.schema.names
    if len(set(names)) < len(names):
        raise ValueError(f"two columns have one name, so that no dict holds both: {', '.join(names)}")
    parts: list[list[Array]] = [[] for _ in names]
    for batch in reader:
        for part, column in zip(parts, batch.columns):
            part.append(array_of(column))
    arrays = [_joined(part, field) for part, field in zip(parts, reader.schema)]
    return arrays[0] if names == [""] else dict(zip(names, arrays))


def _joined(parts: list[Array], field: pa.Field[Any]) -> Array:
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return array_of(pa.array([], type=field.type))
    return np.ma.concatenate(parts) if any(isinstance(part, np.ma.MaskedArray) for part in parts) else np.concatenate(parts)


def array_of(column: pa.Array[Any]) -> Array:
    """A column's cells; over the same memory where they are numbers without a gap."""
    kind = column.type
    if isinstance(kind, pa.FixedShapeTensorType):
        cells = array_of(column.storage.flatten())  # type: ignore[attr-defined]
        return cells.reshape(len(column), *kind.shape)
    if types.is_dictionary(kind):
        return array_of(column.dictionary_decode())  # type: ignore[attr-defined]
    if column.null_count > 0 and (types.is_integer(kind) or types.is_boolean(kind)):
        filled = column.fill_null(False if types.is_boolean(kind) else 0)
        return np.ma.MaskedArray(filled.to_numpy(zero_copy_only=False), column.is_null().to_numpy(zero_copy_only=False))
    return column.to_numpy(zero_copy_only=False)
