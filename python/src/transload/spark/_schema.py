"""Arrow's columns as Spark has them."""

from __future__ import annotations

import inspect
from typing import Any

import pyarrow as pa
import pyarrow.types as types
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
from pyspark.sql.types import StructType

from .._errors import TransloadError

_pa: Any = pa
"""Its type stubs do not know what a field's type is."""

VALUE = "value"
"""The column of a tensor without a name: Spark's own name for what has none."""

DTYPES = {
    **{name: name for name in ("int8", "int16", "int32", "int64", "bool", "string")},
    "float": "float32",
    "double": "float64",
    "binary": "bytes",
    "date32[day]": "datetime64[D]",
}
"""Arrow's names and the command line's of what a text's cells can be read as."""

WIDER = {"uint8": pa.int16(), "uint16": pa.int32(), "uint32": pa.int64(), "uint64": pa.decimal128(20, 0), "halffloat": pa.float32()}
"""What Spark has no type for, in the next larger one."""


def spark_schema(schema: pa.Schema) -> StructType:
    """Of a payload's columns, all of which may be missing."""
    fields = [_pa.field(name or VALUE, _spark_type(kind)) for name, kind in _columns(schema)]
    return from_arrow_schema(_pa.schema(fields), prefer_timestamp_ntz=True)


def _columns(schema: Any) -> list[tuple[str, Any]]:
    return list(zip(schema.names, schema.types))


def arrow_schema(schema: StructType) -> pa.Schema:
    """As Spark wants batches to have it: it compares."""
    given: Any = to_arrow_schema
    zone = {"timezone": "UTC"} if "timezone" in inspect.signature(given).parameters else {}
    own: pa.Schema = given(schema, **zone)
    return own


def _spark_type(kind: Any) -> Any:
    if isinstance(kind, _pa.FixedShapeTensorType):
        inner = _spark_type(kind.value_type)
        for _ in kind.shape:
            inner = pa.list_(inner)
        return inner
    if types.is_dictionary(kind):
        return _spark_type(kind.value_type)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return pa.list_(_spark_type(kind.value_type))
    if types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    if types.is_large_string(kind):
        return pa.string()
    if types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        return pa.binary()
    return pa.date32() if types.is_date64(kind) else WIDER.get(str(kind), kind)


def dtypes_of(schema: pa.Schema) -> dict[str, str]:
    """What a text's cells are to be read as, so that all tasks read them alike. What is not here is what it looks like, and then cast."""
    return {name: f"{dtype}?" for name, kind in _columns(schema) if (dtype := dtype_of(kind)) is not None}


def dtype_of(kind: Any) -> str | None:
    while types.is_list(kind):
        kind = kind.value_type
    return "datetime64[us]" if types.is_timestamp(kind) else DTYPES.get(str(kind))


def fitted(batch: pa.RecordBatch, schema: pa.Schema, path: str, exact: bool) -> pa.RecordBatch:
    """The batch with these columns, in this order; ``exact``: it must have no others.

    Raises:
        TransloadError: E_COLUMNS where they are others; E_DTYPE where a cell does not fit.
    """
    names = [name or VALUE for name in batch.schema.names]
    wanted = schema.names
    odd = next((name for name in wanted if name not in names), None) or next((name for name in names if exact and name not in wanted), None)
    if odd is not None:
        side = "is in the schema, and not in the file" if odd in wanted else "is not in the schema, which the first rows of the first file have told"
        raise TransloadError("E_COLUMNS", f"{path}: column {odd!r} {side}; give the schema: spark.read.schema(…)")
    fields: Any = schema
    columns = [_fitted(batch.column(names.index(field.name)), field, path) for field in fields]
    own: pa.RecordBatch = _pa.RecordBatch.from_arrays(columns, schema=schema)
    return own


def _fitted(column: Any, field: Any, path: str) -> Any:
    plain = _lists(column) if isinstance(column.type, _pa.FixedShapeTensorType) else column
    if not field.nullable and plain.null_count > 0:
        raise TransloadError("E_NULL", f"{path}: column {field.name!r} has gaps, and the schema allows none")
    if plain.type == field.type:
        return plain
    try:
        return plain.cast(field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise TransloadError("E_DTYPE", f"{path}: column {field.name!r} is {plain.type}, and not all of it is {field.type}: {error}") from error


def _lists(tensors: Any) -> Any:
    """A tensor for each row as lists in lists."""
    cells = tensors.storage.flatten()
    for length in reversed(tensors.type.shape):
        count = len(cells) // length
        cells = _pa.ListArray.from_arrays(pa.array(range(0, (count + 1) * length, length), pa.int32()), cells)
    return cells
