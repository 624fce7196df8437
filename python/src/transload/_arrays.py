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
    batches: Any = reader
    for batch in batches:
        for part, column in zip(parts, batch.columns):
            part.append(array_of(column))
    arrays = [_joined(part, kind) for part, kind in zip(parts, reader.schema.types)]
    return arrays[0] if names == [""] else dict(zip(names, arrays))


def _joined(parts: list[Array], kind: Any) -> Array:
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return array_of(pa.array([], type=kind))
    masked: Any = np.ma
    joined: Array = masked.concatenate(parts) if any(isinstance(part, np.ma.MaskedArray) for part in parts) else np.concatenate(parts)
    return joined


def array_of(column: Any) -> Array:
    """A column's cells; over the same memory where they are numbers without a gap."""
    kind = column.type
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
