"""Makes the files beside it, each with what its writer's own reader makes of it (files.json), so that the tests need no Python.

pip install pyarrow==26.0.1 polars==2.1.0 pandas==3.1.1 duckdb==2.0.1 fastparquet==2026.9.0 numpy==2.4.6
python make.py
"""

import base64
import datetime as dt
import decimal
import json
import math
import os
import uuid

import duckdb
import fastparquet
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

os.chdir(os.path.dirname(os.path.abspath(__file__)))
facts = {}


def unit_of(kind):
    """The unit of a type's times; Python's own have microseconds."""
    while hasattr(kind, "value_type"):
        kind = kind.value_type
    return getattr(kind, "unit", "us")


def spelled(text, unit):
    """A time with all digits of its unit, as pandas' to_json(date_format="iso", date_unit=unit) has them."""
    whole, _, fraction = text.partition(".")
    digits = {"s": 0, "ms": 3, "us": 6, "ns": 9}[unit]
    return f"{whole}.{fraction.ljust(digits, '0')[:digits]}" if digits else whole


def shown(value, unit="us"):
    """A cell as the text forms have it; decimals with their type's places, times with their unit's, bytes in base64."""
    if value is None:
        return None
    if isinstance(value, (list, tuple, np.ndarray)):
        return [shown(one, unit) for one in value]
    if isinstance(value, bool) or isinstance(value, str):
        return value
    if isinstance(value, (float, np.floating)):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, (int, np.integer)):
        return int(value) if abs(value) < 2**53 else {"digits": str(value)}
    if isinstance(value, decimal.Decimal):
        return {"digits": format(value, "f")}
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, dt.time):
        return spelled(value.isoformat(), unit)
    if isinstance(value, pd.Timedelta):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return pd.Timedelta(value).isoformat()
    if isinstance(value, pd.Timestamp):
        utc = value.tz_convert("UTC").tz_localize(None) if value.tz else value
        return spelled(utc.isoformat(), unit)
    if isinstance(value, dt.datetime):
        return shown(pd.Timestamp(value), unit)
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(type(value))


def keep(name, table, **more):
    """`table` is what the file holds, as its library reads it back."""
    columns = {}
    for column, field in zip(table.columns, table.schema):
        columns[field.name] = [shown(value, unit_of(field.type)) for value in column.to_pylist()]
    facts[name] = {"columns": columns, **more}


def arrow(name, table, codec=None, stream=False, **more):
    path = f"{name}.{'arrows' if stream else 'arrow'}"
    options = ipc.IpcWriteOptions(compression=codec)
    with (ipc.new_stream if stream else ipc.new_file)(path, table.schema, options=options) as writer:
        for batch in table.to_batches():
            writer.write_batch(batch)
    keep(path, read_arrow(path, stream), **more)


def read_arrow(path, stream=False):
    return (ipc.open_stream if stream else ipc.open_file)(pa.OSFile(path)).read_all()


def parquet(name, table, **options):
    pq.write_table(table, f"{name}.parquet", **options)
    keep(f"{name}.parquet", pq.read_table(f"{name}.parquet"))


# ---- compressed

rows = 100
plain = pa.table(
    {
        "i": pa.array([None if n % 7 == 0 else n * n for n in range(rows)], pa.int64()),
        "f": pa.array([n / 8 for n in range(rows)], pa.float32()),
        "s": pa.array([f"text {n % 11}" * (n % 3) for n in range(rows)]),
        "b": pa.array([n % 3 == 0 for n in range(rows)]),
    }
)
arrow("lz4", plain, "lz4")
arrow("zstd", plain, "zstd", stream=True)
plain.to_pandas().to_feather("pandas.feather")
keep("pandas.feather", feather.read_table("pandas.feather"))

# ---- polars' own files: views, decimals, times, categories

frame = pl.DataFrame(
    {
        "text": ["x", None, "a text beyond twelve bytes", "é" * 20],
        "bytes": [b"\x00\xff", b"", None, b"0123456789abcdef"],
        "price": [decimal.Decimal("1.50"), decimal.Decimal("-12345.67"), None, decimal.Decimal("0.01")],
        "time": [dt.time(1, 2, 3), None, dt.time(4, 5, 6, 789000), dt.time(23, 59, 59, 999999)],
        "lasts": [dt.timedelta(days=1, seconds=2), dt.timedelta(microseconds=-1), None, dt.timedelta(0)],
        "when": [dt.datetime(2020, 1, 31, 12, 30), None, dt.datetime(1969, 12, 31, 23, 59, 59), dt.datetime(2000, 1, 1)],
        "zoned": pl.Series([dt.datetime(2020, 7, 1, 12), None, None, dt.datetime(2021, 1, 1)]).dt.replace_time_zone("Europe/Oslo"),
        "lists": [[1, 2], None, [], [None, 3]],
        "deep": [[["a"], None], [[]], None, [["b", None]]],
        "kind": pl.Series(["a", "b", "a", None], dtype=pl.Categorical),
        "set": pl.Series(["low", None, "high", "low"], dtype=pl.Enum(["low", "high"])),
        "none": pl.Series([None] * 4, dtype=pl.Null),
        "pair": pl.Series([[1, 2], [3, 4], None, [5, None]], dtype=pl.Array(pl.Int16, 2)),
    }
)
frame.write_ipc("polars.arrow")
keep("polars.arrow", read_arrow("polars.arrow"))
frame.write_ipc("polars-lz4.arrow", compression="lz4")
keep("polars-lz4.arrow", read_arrow("polars-lz4.arrow"))
frame.write_ipc_stream("polars.arrows", compression="zstd")
keep("polars.arrows", read_arrow("polars.arrows", True))
frame.drop("none").write_parquet("polars.parquet")
keep("polars.parquet", pq.read_table("polars.parquet"))

# ---- every type of Arrow's that is a cell

D = decimal.Decimal
items = [[1, 2], None, [], [None, 3], [4]]
wide = pa.table(
    {
        "d32": pa.array([D("1.50"), None, D("-0.05"), D("99999.99"), D("0")], pa.decimal32(7, 2)),
        "d64": pa.array([D("123456789012.345678"), None, D("-1"), D("0"), D("0.000001")], pa.decimal64(18, 6)),
        "d128": pa.array([D("12345678901234567890.12"), None, D("-1.00"), D("0"), D("-0.01")], pa.decimal128(38, 2)),
        "d256": pa.array([D("1" * 50 + ".123"), None, D("-" + "9" * 60 + ".999"), D("0"), D("1")], pa.decimal256(76, 3)),
        "hundreds": pa.array([D("1200"), None, D("-100"), D("0"), D("100")], pa.decimal128(20, -2)),
        "t32s": pa.array([dt.time(1, 2, 3), None, dt.time(0), dt.time(23, 59, 59), dt.time(12)], pa.time32("s")),
        "t32ms": pa.array([dt.time(1, 2, 3, 4000), None, dt.time(0), dt.time(23, 59, 59), dt.time(12)], pa.time32("ms")),
        "t64us": pa.array([dt.time(1, 2, 3, 4), None, dt.time(0), dt.time(23, 59, 59), dt.time(12)], pa.time64("us")),
        "t64ns": pa.array([3723000004000, None, 0, 86399000000000, 1000], pa.int64()).cast(pa.time64("ns")),
        "lasts": pa.array([90061500, None, -1, 0, 86400000], pa.duration("ms")),
        "half": pa.array([np.float16(1.5), None, np.float16("inf"), np.float16(-0.0), np.float16(65504)], pa.float16()),
        "uuid": pa.array([uuid.UUID(int=n * 7**40 % 2**128).bytes if n else None for n in range(5)], pa.binary(16)).cast(pa.uuid()),
        "large": pa.array(["a", None, "é", "", "long " * 9], pa.large_string()),
        "bytes": pa.array([b"a", None, b"\xff", b"", b"\x00"], pa.large_binary()),
        "view": pa.array(["a", None, "é" * 7, "", "0123456789ab"], pa.string_view()),
        "bview": pa.array([b"a", None, b"\xff" * 20, b"", b"0123456789ab"], pa.binary_view()),
        "list": pa.array(items, pa.list_(pa.int8())),
        "llist": pa.array(items, pa.large_list(pa.float64())),
        "vlist": pa.ListViewArray.from_arrays([3, 0, 0, 0, 1], [2, 0, 0, 3, 1], pa.array([1, None, 3, 4, 5], pa.int32()), mask=pa.array([False, True, False, False, False])),
        "deep": pa.array([[["a"], None], None, [], [[]], [["b", None]]], pa.list_(pa.list_(pa.string()))),
        "fixed": pa.array([[1, 2], None, [3, None], [5, 6], [7, 8]], pa.list_(pa.uint16(), 2)),
        "runs": pa.RunEndEncodedArray.from_arrays(pa.array([2, 3, 5], pa.int16()), pa.array(["a", None, "b"])),
        "numbers": pa.RunEndEncodedArray.from_arrays(pa.array([1, 5], pa.int64()), pa.array([1.5, 2.5])),
        "coded": pa.array(["x", None, "y", "x", "x"]).dictionary_encode(),
        "codes": pa.DictionaryArray.from_arrays(pa.array([1, None, 0, 1, 2], pa.uint8()), pa.array([10, 2**60, None], pa.int64())),
        "dates": pa.DictionaryArray.from_arrays(pa.array([1, None, 0, 1, 0], pa.int64()), pa.array([dt.date(2020, 1, 1), dt.date(1969, 7, 20)])),
        "inner": pa.ListArray.from_arrays(pa.array([0, 2, 2, 3, 3, 5], pa.int32()), pa.DictionaryArray.from_arrays(pa.array([0, 1, 1, 0, None], pa.int8()), pa.array(["p", "q"]))),
        "day": pa.array([dt.date(2020, 1, 31), None, dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(1970, 1, 1)], pa.date32()),
        "day64": pa.array([dt.date(2020, 1, 31), None, dt.date(1969, 12, 31), dt.date(9999, 12, 31), dt.date(1970, 1, 1)], pa.date64()),
        "zoned": pa.array([dt.datetime(2020, 7, 1, 12), None, None, dt.datetime(2021, 1, 1), None], pa.timestamp("us", "Europe/Oslo")),
        "ns": pa.array([1577836800123456789, None, -1, 0, 1], pa.timestamp("ns")),
        "null": pa.nulls(5),
    }
)
arrow("types", wide, zones={"zoned": "Europe/Oslo"})
arrow("types-lz4", wide.slice(1, 3), "lz4", stream=True)
for rows, name in ((0, "no-rows"), (5, "some-rows")):
    arrow(name, wide.slice(0, rows).drop_columns(["codes"]))

# dictionaries that grow, and that are others later
def batches(*texts):
    return [pa.record_batch({"c": pa.array(own).dictionary_encode()}) for own in texts]


for name, options, parts in (
    ("growing", ipc.IpcWriteOptions(emit_dictionary_deltas=True), batches(["a", "b"], ["a", "b", "c"])),
    ("replaced", ipc.IpcWriteOptions(), batches(["a", "b"], ["z", None], ["a"])),
):
    with ipc.new_stream(f"{name}.arrows", parts[0].schema, options=options) as writer:
        for part in parts:
            writer.write_batch(part)
    keep(f"{name}.arrows", pa.Table.from_batches(parts))

# tensors, one of them null
tensor = pa.FixedShapeTensorArray.from_numpy_ndarray(np.arange(18, dtype=np.float32).reshape(3, 2, 3))
storage = pa.array([list(map(float, range(6))), None, [9.0] * 6], pa.list_(pa.float32(), 6))
gaps = pa.ExtensionArray.from_storage(pa.fixed_shape_tensor(pa.float32(), [2, 3]), storage)
nested = [np.arange(18.0).reshape(3, 2, 3).tolist(), [np.arange(6.0).reshape(2, 3).tolist(), None, [[9.0] * 3] * 2]]
for name, write in (("tensors.arrow", lambda table, path: feather.write_feather(table, path, "uncompressed")), ("tensors.parquet", pq.write_table)):
    write(pa.table({"t": tensor, "g": gaps}), name)
    facts[name] = {"columns": {"t": nested[0], "g": nested[1]}}

# what is no cell
odd = {
    "union": pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [pa.array([1, 2]), pa.array(["a", "b"])]),
    "dense": pa.UnionArray.from_dense(pa.array([0, 1], pa.int8()), pa.array([0, 0], pa.int32()), [pa.array([1]), pa.array(["b"])]),
    "struct": pa.array([{"a": 1}, None]),
    "map": pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int32())),
    "interval": pa.array([(1, 2, 3), None], pa.month_day_nano_interval()),
    "structs": pa.array([[{"a": 1}], None]),
}
with ipc.new_file("odd.arrow", pa.table({**odd, "n": [1, 2]}).schema) as writer:
    writer.write_table(pa.table({**odd, "n": [1, 2]}))
facts["odd.arrow"] = {"odd": {"union": "SparseUnion", "dense": "DenseUnion", "interval": "Interval[MonthDayNano]"}, "columns": {"n": [1, 2]}}

# structs and maps, whose cells are JSON in text: a map is an object where its keys are text, and else pairs
structs = pa.table({
    "s": pa.array([{"a": 1, "b": "x"}, None, {"a": None, "b": None}, {"a": 4, "b": 'q"é\\'}], pa.struct([("a", pa.int64()), ("b", pa.string())])),
    "ls": pa.array([[{"a": 1.5}], [], None, [{"a": None}, None]], pa.list_(pa.struct([("a", pa.float64())]))),
    "m": pa.array([[("k", 1)], [], None, [("", None), ("b", 2)]], pa.map_(pa.string(), pa.int32())),
    "pairs": pa.array([[(1, "x")], [], None, [(2, None)]], pa.map_(pa.int32(), pa.string())),
    "deep": pa.array(
        [{"l": [[{"z": [1, 2]}], None, []], "n": {"q": None}}, {"l": None, "n": None}, None, {"l": [], "n": {"q": {"r": [("k", {"z": True})]}}}],
        pa.struct([
            ("l", pa.list_(pa.list_(pa.struct([("z", pa.list_(pa.int8()))])))),
            ("n", pa.struct([("q", pa.struct([("r", pa.map_(pa.string(), pa.struct([("z", pa.bool_())])))]))])),
        ]),
    ),
    "words": pa.array([{"d": "x"}, {"d": "y"}, {"d": None}, {"d": "x"}], pa.struct([("d", pa.dictionary(pa.int8(), pa.string()))])),
    "times": pa.array([{"t": dt.datetime(2020, 1, 2), "l": dt.timedelta(seconds=5), "x": b"ab", "n": decimal.Decimal("12345678901234567.50")}] * 4,
                      pa.struct([("t", pa.timestamp("ms")), ("l", pa.duration("ns")), ("x", pa.binary()), ("n", pa.decimal128(20, 2))])),
    "none": pa.array([None] * 4, pa.struct([("a", pa.int8())])),
})
feather.write_feather(structs, "structs.arrow", "lz4")
pq.write_table(structs, "structs.parquet")
pq.write_table(structs, "structs-v2.parquet", data_page_version="2.0", data_page_size=1, row_group_size=3, compression="zstd")
times = '{"t":"2020-01-02T00:00:00.000","l":"P0DT0H0M5S","x":"YWI=","n":12345678901234567.50}'
with open("structs.jsonl", "w") as out:
    for row in structs.to_pylist():
        row["m"] = row["m"] and dict(row["m"])
        if row["m"] == []:
            row["m"] = {}
        deep = row["deep"]
        if deep and deep["n"] and deep["n"]["q"]:
            deep["n"]["q"]["r"] = dict(deep["n"]["q"]["r"])
        row["times"] = "TIMES"
        out.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")).replace('"TIMES"', times) + "\n")

# ---- Parquet

flat = wide.drop_columns(["runs", "numbers", "vlist", "hundreds", "d32", "d64", "inner", "codes", "dates", "null", "day64"])
parquet("types", flat, compression="zstd")
parquet("types-v2", flat, data_page_version="2.0", compression="lz4", use_dictionary=False, row_group_size=2)

# row labels, as pandas keeps them
for name, write, labels in (
    ("index", parquet, ["r1", "r2"]),
    ("index-range", parquet, pd.RangeIndex(10, 6, -2)),
    ("index-counted", arrow, pd.RangeIndex(2)),
    ("index-named", arrow, pd.Index([7, 8], name="id")),
    ("index-days", parquet, pd.DatetimeIndex(["2020-01-01", "2020-01-02 12:00"], name="day")),
    ("index-levels", parquet, pd.MultiIndex.from_tuples([("p", 1), ("p", 2)], names=["g", "k"])),
):
    labelled = pd.DataFrame({"a": [1, 2], "b": [0.5, 1.5]} if name != "index" else {"a": [1, 2]}, index=labels)
    write(name, pa.Table.from_pandas(labelled))
    path = f"{name}.{write.__name__}"
    if name != "index-counted":
        facts[path]["index"] = [shown(label, getattr(labelled.index, "unit", "us")) for label in labelled.index.tolist()]
times = pa.table({"t": pa.array([0, None, 1577836800123456000, 1], pa.timestamp("ns"))})
pq.write_table(times, "int96.parquet", use_deprecated_int96_timestamps=True)
keep("int96.parquet", pq.read_table("int96.parquet"))

duckdb.sql("SET threads = 1")
duckdb.sql(
    """COPY (SELECT i, CASE WHEN i = 1 THEN NULL ELSE i * 1.25 END::DECIMAL(9, 2) AS short, (i * 12345678901234567.89)::DECIMAL(30, 2) AS long,
    sum(i::DECIMAL(12, 3)) OVER (ORDER BY i) AS summed, TIME '01:02:03' + to_seconds(i) AS t, uuid_blob AS u, TIMESTAMPTZ '2020-01-01 00:00:00+00' + to_days(i::INT) AS z,
    CASE WHEN i = 0 THEN NULL ELSE list_transform(range(i), lambda x: CASE WHEN x = 1 THEN NULL ELSE x END) END AS l, (i * 7)::UTINYINT AS small, i::HUGEINT AS huge, ('k' || i)::BLOB AS bytes
    FROM (SELECT i, ('00000000-0000-0000-0000-00000000000' || i)::UUID AS uuid_blob FROM range(5) t(i))) TO 'duckdb.parquet' (FORMAT parquet)"""
)
again = duckdb.sql("SELECT * FROM 'duckdb.parquet'")
names, found = again.columns, again.fetchall()
facts["duckdb.parquet"] = {"columns": {name: [shown(row[i]) for row in found] for i, name in enumerate(names)}}

own = pd.DataFrame({"i": [1, 2, 3], "s": ["a", "é", ""], "f": [0.5, float("nan"), -1.0], "t": pd.to_datetime(["2020-01-01", "1969-12-31", "2000-01-01"]).astype("datetime64[ns]"), "b": [True, False, True]})
fastparquet.write("fastparquet.parquet", own, times="int96")
keep("fastparquet.parquet", pa.Table.from_pandas(fastparquet.ParquetFile("fastparquet.parquet").to_pandas(), preserve_index=False))

# ---- numpy

for order in "<>":
    np.save(f"{'little' if order == '<' else 'big'}.npy", np.arange(6, dtype=f"{order}i4").reshape(2, 3))
np.savez("stored.npz", a=np.array([1.5, 2.5], "f4"), b=np.array(["x", "é"]))
np.savez_compressed("packed.npz", a=np.array([1, 2], ">i8"), b=np.array([True, False]))
facts["little.npy"] = facts["big.npy"] = {"tensor": [[0, 1, 2], [3, 4, 5]]}
facts["stored.npz"] = {"columns": {"a": [1.5, 2.5], "b": ["x", "é"]}}
facts["packed.npz"] = {"columns": {"a": [1, 2], "b": [True, False]}}

# Feather of old begins with FEA1, and no library writes it any more
open("old.feather", "wb").write(b"FEA1" + bytes(60) + b"FEA1")

lines = [f"{json.dumps(name)}: {json.dumps(told, ensure_ascii=False)}" for name, told in facts.items()]
open("files.json", "w").write("{\n" + ",\n".join(lines) + "\n}\n")
