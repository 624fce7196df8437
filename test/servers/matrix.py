"""One table, written by whatever writes Parquet and Arrow, and read by whatever reads them.

matrix.py write FOLDER   writes FOLDER/WRITER.EXTENSION, and the table's cells as FOLDER/cells.json
matrix.py read FOLDER    reads all of them by every reader; a line of JSON each: [file, reader, cells or what it says]
"""
import json
import math
import struct
import sys
from pathlib import Path

import chdb
import datafusion
import duckdb
import fastparquet
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet as pq


def bounds(kind: pa.DataType) -> list:
    signed = str(kind).startswith("int")
    bits = kind.bit_width - signed
    return [-(2**bits) if signed else 0, 2**bits - 1]


def table() -> pa.Table:
    """Every dtype at its bounds; nulls first, in between and last."""
    columns = {"k": pa.array(range(6), pa.int64())}
    for kind in (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()):
        low, high = bounds(kind)
        columns[str(kind)] = pa.array([None, low, high, 0, 1, None], kind)
    nan, infinity = float("nan"), float("inf")
    columns["float32"] = pa.array([None, 3.4028234663852886e38, -1.401298464324817e-45, -0.0, nan, infinity], pa.float32())
    columns["float64"] = pa.array([None, 1.7976931348623157e308, 5e-324, -0.0, nan, -infinity], pa.float64())
    columns["bool"] = pa.array([None, True, False, True, True, None])
    columns["text"] = pa.array([None, "", "é \U0001f600", 'quote " \\ \n', "x" * 2000, None])
    columns["bytes"] = pa.array([None, b"", b"\xff\x00", b"a", b"ab", None], pa.binary())
    columns["date"] = pa.array([None, 0, -25567, 2932896, 1, None], pa.date32())
    for unit, power in (("ms", 3), ("us", 6)):
        columns[f"time {unit}"] = pa.array([None, 0, -1, 253402300799 * 10**power, 10**power, None], pa.timestamp(unit))
    columns["time ns"] = pa.array([None, 0, -1, 2**63 - 1, 10**9, None], pa.timestamp("ns"))
    columns["zone"] = pa.array([None, 0, -1, 10**15, 10**6, None], pa.timestamp("us", "UTC"))
    columns["list"] = pa.array([None, [], [None], [1, None, 2**62], [0], None], pa.list_(pa.int64()))
    columns["words"] = pa.array([None, [], [None], ["a", None, ""], ["é"], None], pa.list_(pa.string()))
    return pa.table(columns)


def plain(value, name: str) -> object:
    """A cell as all readers' can be compared: whole numbers as text, floats as their bits, bytes in hex."""
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    # pandas' null in text
    if name in ("text", "bytes", "bool") and isinstance(value, float):
        return None
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item, name) for item in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)) and name.startswith("float"):
        return "nan" if math.isnan(value) else struct.pack(">d", value).hex()
    return str(value)


def time(value: int, unit: str, zone: str | None) -> str:
    """Whatever the unit: nanoseconds since 1970, and the zone."""
    return f"{value * {'D': 86400 * 10**9, 's': 10**9, 'ms': 10**6, 'us': 1000, 'ns': 1}[unit]} ns{' ' + zone if zone else ''}"


def cells(found: pa.Table) -> dict:
    told = {}
    for name, column in zip(found.column_names, found.columns):
        kind = column.type
        if pa.types.is_dictionary(kind):
            column, kind = column.cast(kind.value_type), kind.value_type
        if pa.types.is_temporal(kind):
            whole = column.cast(pa.int32() if pa.types.is_date32(kind) else pa.int64()).to_pylist()
            unit = "D" if pa.types.is_date(kind) else kind.unit
            told[name] = [None if value is None else time(value, unit, getattr(kind, "tz", None)) for value in whole]
        else:
            told[name] = [plain(value, name) for value in column.to_pylist()]
    return told


def writers(whole: pa.Table, folder: Path) -> dict:
    def arrow(path: Path, new, frame=whole) -> None:
        with new(path, frame.schema) as sink:
            sink.write_table(frame)

    def duck(path: Path) -> None:
        connection = duckdb.connect()
        connection.register("whole", whole)
        connection.execute(f"COPY whole TO '{path}' (FORMAT parquet)")

    def clickhouse(form: str):
        # its text is bytes, and what is no UTF-8 no other reader takes
        def write(path: Path) -> None:
            connection = chdb.connect()
            source = folder / "pyarrow.parquet"
            path.write_bytes(connection.query(f"SELECT * EXCEPT bytes FROM file('{source}', Parquet)", form).bytes())
            connection.close()

        return write

    def fusion(path: Path) -> None:
        frame = datafusion.SessionContext().create_dataframe([whole.to_batches()])
        frame.write_parquet(str(path))

    frame = whole.to_pandas()
    typed = whole.to_pandas(types_mapper=pd.ArrowDtype)
    return {
        "pyarrow.parquet": lambda path: pq.write_table(whole, path),
        "pyarrow.arrow": lambda path: arrow(path, pa.ipc.new_file),
        "pyarrow.arrows": lambda path: arrow(path, pa.ipc.new_stream),
        "pyarrow.feather": lambda path: pa.feather.write_feather(whole, path),
        "polars.parquet": lambda path: pl.from_arrow(whole).write_parquet(path),
        "polars.arrow": lambda path: pl.from_arrow(whole).write_ipc(path),
        "polars.arrows": lambda path: pl.from_arrow(whole).write_ipc_stream(path),
        "duckdb.parquet": duck,
        "pandas.parquet": lambda path: typed.to_parquet(path),
        "pandas.feather": lambda path: typed.to_feather(path),
        # it writes no lists, and no dates beyond pandas' nanoseconds
        "fastparquet.parquet": lambda path: fastparquet.write(str(path), frame.drop(columns=["list", "words", "date"]), object_encoding={"text": "utf8", "bytes": "bytes", "bool": "bool"}),
        "datafusion.parquet": fusion,
        "clickhouse.parquet": clickhouse("Parquet"),
        "clickhouse.arrow": clickhouse("Arrow"),
        "clickhouse.arrows": clickhouse("ArrowStream"),
    }


def write(folder: Path) -> None:
    whole = table()
    (folder / "cells.json").write_text(json.dumps(cells(whole)))
    for name, make in writers(whole, folder).items():
        try:
            make(folder / name)
        except Exception as error:  # noqa: BLE001: what a writer does not write is a finding
            (folder / name).unlink(missing_ok=True)
            print(json.dumps([name, "writes", said(error)]))


def duck_read(path: Path) -> pa.Table:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection.sql(f"SELECT * FROM '{path}'").to_arrow_table()


def clickhouse_read(path: Path) -> pa.Table:
    form = {".parquet": "Parquet", ".arrows": "ArrowStream"}.get(path.suffix, "Arrow")
    connection = chdb.connect()
    found = connection.query(f"SELECT * FROM file('{path}', {form}) SETTINGS output_format_arrow_string_as_string = 0", "ArrowStream")
    table = pa.ipc.open_stream(found.bytes()).read_all()
    connection.close()
    for name, kind in (("text", pa.string()), ("words", pa.list_(pa.string()))):
        if name in table.column_names:
            table = table.set_column(table.column_names.index(name), name, table[name].cast(kind))
    return table


def readers(path: Path) -> dict:
    if path.suffix == ".parquet":
        return {
            "pyarrow": lambda: pq.ParquetFile(path).read(),
            "polars": lambda: pl.read_parquet(path).to_arrow(compat_level=pl.CompatLevel.oldest()),
            "duckdb": lambda: duck_read(path),
            "datafusion": lambda: datafusion.SessionContext().read_parquet(str(path)).to_arrow_table(),
            "clickhouse": lambda: clickhouse_read(path),
            "pandas": lambda: pa.Table.from_pandas(pd.read_parquet(path, dtype_backend="pyarrow"), preserve_index=False),
            "fastparquet": lambda: fast(path),
        }
    stream = path.suffix == ".arrows"
    return {
        "pyarrow": lambda: (pa.ipc.open_stream(path) if stream else pa.ipc.open_file(path)).read_all(),
        "polars": lambda: (pl.read_ipc_stream if stream else pl.read_ipc)(path).to_arrow(compat_level=pl.CompatLevel.oldest()),
        "clickhouse": lambda: clickhouse_read(path),
        **({} if stream else {"pandas": lambda: pa.Table.from_pandas(pd.read_feather(path, dtype_backend="pyarrow"), preserve_index=False)}),
    }


def fast(path: Path) -> dict:
    frame = fastparquet.ParquetFile(str(path)).to_pandas(index=False)
    told = {}
    for name in frame.columns:
        column = frame[name]
        if column.dtype.kind == "M":
            unit = column.dt.unit
            whole = column.dt.tz_localize(None) if column.dt.tz is not None else column
            zone = str(column.dt.tz) if column.dt.tz is not None else None
            values = whole.to_numpy().astype("i8").tolist()
            told[name] = [None if gone else time(value, unit, zone) for value, gone in zip(values, column.isna())]
        else:
            told[name] = [plain(value, name) for value in column.tolist()]
    return told


def said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:120]


def read(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".parquet", ".arrow", ".arrows", ".feather"):
            continue
        for reader, load in readers(path).items():
            try:
                found = load()
                told = found if isinstance(found, dict) else cells(found)
            except BaseException as error:  # noqa: BLE001: a panic of polars' or datafusion's is none of Exception's
                told = said(error)
            print(json.dumps([path.name, reader, told]), flush=True)


if __name__ == "__main__":
    {"write": write, "read": read}[sys.argv[1]](Path(sys.argv[2]))
