"""Tables drawn at random, every dtype at its bounds, for transload to carry from form to form.

round_trips.py write FOLDER SEED COUNT   writes FOLDER/N.parquet and FOLDER/N.arrow
round_trips.py check FOLDER              compares each FOLDER/N.TO.EXTENSION with FOLDER/N.arrow, by pyarrow, and Parquet by DuckDB; a line for each that differs
"""
import math
import random
import struct
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

TIMES = {"s": 253402300799, "ms": 253402300799_999, "us": 253402300799_999_999, "ns": 2**63 - 1}


def whole(bits: int, signed: bool, draw: random.Random) -> int:
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    return draw.choice([low, high, 0, 1, draw.randint(low, high)])


def real(single: bool, draw: random.Random) -> float:
    value = draw.choice([0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, 1.7976931348623157e308, 0.1, draw.gauss(0, 1e6)])
    if not single or not math.isfinite(value):
        return value
    try:
        return struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return 3.4028234663852886e38


def text(draw: random.Random) -> str:
    return draw.choice(["", "a", "é\U0001f600", '"\\\n\t', "\x00", "null", "1", "x" * 300, f"row {draw.random()}"])


def kinds() -> dict:
    """A type, and what draws a cell of it."""
    found = {}
    for bits in (8, 16, 32, 64):
        for signed in (True, False):
            name = f"{'' if signed else 'u'}int{bits}"
            found[name] = (getattr(pa, name)(), lambda draw, bits=bits, signed=signed: whole(bits, signed, draw))
    found["float32"] = (pa.float32(), lambda draw: real(True, draw))
    found["float64"] = (pa.float64(), lambda draw: real(False, draw))
    found["bool"] = (pa.bool_(), lambda draw: draw.random() < 0.5)
    found["string"] = (pa.string(), text)
    found["bytes"] = (pa.binary(), lambda draw: draw.randbytes(draw.randint(0, 9)))
    found["date"] = (pa.date32(), lambda draw: draw.choice([-719162, 2932896, 0, draw.randint(-9999, 99999)]))
    for unit in ("ms", "us", "ns"):
        for zone in (None, "UTC"):
            found[f"{unit} {zone}"] = (pa.timestamp(unit, zone), lambda draw, unit=unit: draw.choice([0, -1, TIMES[unit], draw.randint(-(10**12), 10**12)]))
    for inner in ("int64", "float32", "string", "bool", "us UTC"):
        kind, cell = found[inner]
        found[f"list of {inner}"] = (pa.list_(kind), lambda draw, cell=cell: [None if draw.random() < 0.2 else cell(draw) for _ in range(draw.choice([0, 1, 2, 5]))])
    kind, cell = found["list of int64"]
    found["lists"] = (pa.list_(kind), lambda draw, cell=cell: [None if draw.random() < 0.2 else cell(draw) for _ in range(draw.choice([0, 1, 3]))])
    return found


def table(draw: random.Random) -> pa.Table:
    rows = draw.choice([0, 1, 2, 7, 100, 3000])
    own = kinds()
    columns = {}
    for name in draw.sample(list(own), draw.randint(1, 6)):
        kind, cell = own[name]
        # none, some, or all of them; in a row, as a page without a value is a page of its own kind
        gaps = draw.choice([0, 0, 0.2, 0.9, 1])
        cells = [None if draw.random() < gaps else cell(draw) for _ in range(rows)]
        if draw.random() < 0.3:
            cells[: rows // 2] = [None] * (rows // 2)
        columns[name] = pa.array(cells, kind)
    return pa.table(columns)


def write(folder: Path, seed: int, count: int) -> None:
    draw = random.Random(seed)
    for i in range(count):
        whole_table = table(draw)
        options = {"row_group_size": draw.choice([2, 1000, 100_000]), "data_page_version": draw.choice(["1.0", "2.0"]), "data_page_size": draw.choice([1, 1 << 20])}
        pq.write_table(whole_table, folder / f"{i}.parquet", use_dictionary=draw.random() < 0.5, compression=draw.choice(["snappy", "zstd", "lz4", "none"]), **options)
        with pa.ipc.new_file(folder / f"{i}.arrow", whole_table.schema, options=pa.ipc.IpcWriteOptions(compression=draw.choice([None, "lz4", "zstd"]))) as sink:
            sink.write_table(whole_table, max_chunksize=draw.choice([2, 1000, 100_000]))


def cell(value: object) -> object:
    """Floats by their bits, so that -0.0 is not 0.0 and NaN is itself."""
    if isinstance(value, list):
        return [cell(own) for own in value]
    if isinstance(value, float):
        return "nan" if math.isnan(value) else struct.pack(">d", value)
    return value


UNITS = {"s": 10**9, "ms": 10**6, "us": 1000, "ns": 1}


def times(value: object, unit: int) -> object:
    if value is None:
        return None
    return [times(own, unit) for own in value] if isinstance(value, list) else value * unit


def cells(found: pa.Table) -> dict:
    told = {}
    for name, column in zip(found.column_names, found.columns):
        kind = column.type
        while hasattr(kind, "value_type"):
            kind = kind.value_type
        if pa.types.is_temporal(kind):
            # nanoseconds, whatever the unit: DuckDB has no milliseconds
            whole_kind = pa.int32() if pa.types.is_date32(kind) else pa.int64()
            column = column.cast(pa.list_(whole_kind) if hasattr(column.type, "value_type") else whole_kind)
            told[name] = [getattr(kind, "tz", None), *(times(value, 86400 * 10**9 if pa.types.is_date(kind) else UNITS[kind.unit]) for value in column.to_pylist())]
        else:
            told[name] = [cell(value) for value in column.to_pylist()]
    return told


def differs(found: dict, wanted: dict) -> str:
    if list(found) != list(wanted):
        return f"columns {list(found)}, not {list(wanted)}"
    for name, column in wanted.items():
        if found[name] != column:
            row = next((i for i, (a, b) in enumerate(zip(found[name], column)) if a != b), min(len(column), len(found[name])))
            return f"column {name}, row {row}: {found[name][row : row + 1]}, not {column[row : row + 1]}"
    return ""


def check(folder: Path) -> None:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    compared = 0
    for path in sorted(folder.glob("*.*.*")):
        # pyarrow 26.0.1 does not read all of its own Parquet: a list of bools in pages of one row
        source = pa.ipc.open_file(folder / f"{path.name.split('.')[0]}.arrow").read_all()
        wanted = cells(source)
        if path.suffix == ".parquet":
            found = pq.read_table(path)
        else:
            found = (pa.ipc.open_stream if path.suffix == ".arrows" else pa.ipc.open_file)(path).read_all()
            found.validate(full=True)
        wrong = differs(cells(found), wanted)
        if not wrong and path.suffix == ".parquet":
            wrong = differs(cells(connection.sql(f"SELECT * FROM '{path}'").to_arrow_table()), cells(connection.from_arrow(source).to_arrow_table()))
        compared += 1
        if wrong:
            print(f"{path.name}: {wrong}")
    print(f"compared {compared}")


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    else:
        check(Path(sys.argv[2]))
