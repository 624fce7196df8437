"""Binary files: written by numpy, pandas and pyarrow for transload to read, and read by them as transload wrote them.

files.py write FOLDER   writes files of every kind, and the table that they hold as table.json
files.py check FOLDER   compares what is in FOLDER/ours.* with that table; a line for each file
"""
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet as pq

ROWS = 3000
TIMES = np.array(["2020-01-01", "NaT", "1969-12-31T23:59:59.5"], dtype="M8[ms]")
TEXTS = np.array(["tést \U0001f600", ""])


def table() -> pa.Table:
    i = np.arange(ROWS)
    null = i % 7 == 3
    return pa.table(
        {
            "id": pa.array(i * 10**15 + 7, pa.int64()),
            "few": pa.array(i % 5, pa.int64()),
            "byte": pa.array((i % 200 - 100).astype("i1")),
            "short": pa.array((i % 60000).astype("u2")),
            "wide": pa.array(i.astype("u8") + np.uint64(2**63)),
            "x": pa.array(i / 7),
            "f": pa.array((i / 8).astype("f4")),
            "gaps": pa.array(i / 3, mask=null),
            "n": pa.array(i, pa.int64(), mask=null),
            "yes": pa.array(i % 3 == 0),
            "text": pa.array([None if gap else f"té {k % 11} \U0001f600" for k, gap in zip(i, null)]),
            "own": pa.array([f"row {k}" for k in i]),
            "day": pa.array((i - 1000).astype("i4"), pa.date32(), mask=null),
            "at": pa.array(i * 1_000_003 - 10**9, pa.timestamp("us"), mask=null),
            "utc": pa.array(i * 10**15 + 7, pa.timestamp("ns", tz="UTC")),
            "raw": pa.array([None if gap else bytes([k % 256, 255, 0]) for k, gap in zip(i, null)], pa.binary()),
        }
    )


LISTS = pa.table(
    {
        "x": pa.array([[k / 2, None, float(k)] for k in range(200)], pa.list_(pa.float64())),
        "deep": pa.array([None if k == 7 else [[k, 1], [2, 3]] for k in range(200)], pa.list_(pa.list_(pa.int32()))),
        "t": pa.array([[f"té {k}", "b"] for k in range(200)], pa.list_(pa.string())),
    }
)


def numbers_of(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.int32() if pa.types.is_date32(column.type) else pa.int64())


def cells(frame: pa.Table) -> dict:
    """Columns as JSON has them; whole numbers as text, so that nothing rounds them; times as whole numbers of their unit, bytes in hex."""
    found = {}
    for name, column in zip(frame.column_names, frame.columns):
        if pa.types.is_temporal(column.type):
            found[f"{name} {column.type}"] = [v if v is None else str(v) for v in numbers_of(column).to_pylist()]
            continue
        values = column.to_pylist()
        found[name] = [str(v) if isinstance(v, int) and not isinstance(v, bool) else v.hex() if isinstance(v, bytes) else v for v in values]
    return found


def write(folder: Path) -> None:
    whole = table()
    (folder / "table.json").write_text(json.dumps(cells(whole)))
    for codec in ("snappy", "zstd", "gzip", "none", "brotli", "lz4"):
        pq.write_table(whole, folder / f"pyarrow-{codec}.parquet", compression=codec, row_group_size=1000)
    pq.write_table(whole, folder / "pages-2.parquet", data_page_version="2.0", version="2.6", data_page_size=4096)
    pq.write_table(whole, folder / "plain.parquet", use_dictionary=False, data_page_size=4096)
    encodings = {"id": "DELTA_BINARY_PACKED", "x": "BYTE_STREAM_SPLIT", "own": "DELTA_BYTE_ARRAY", "text": "DELTA_LENGTH_BYTE_ARRAY"}
    pq.write_table(whole, folder / "encodings.parquet", use_dictionary=False, column_encoding=encodings)
    whole.to_pandas(types_mapper=pd.ArrowDtype).to_parquet(folder / "pandas.parquet")
    pa.feather.write_feather(whole, folder / "feather.arrow", compression="uncompressed", chunksize=700)
    dictionary = whole.set_column(whole.column_names.index("own"), "own", whole["own"].dictionary_encode())
    with pa.ipc.new_stream(folder / "stream.arrows", dictionary.schema) as sink:
        sink.write_table(dictionary, max_chunksize=900)
    pq.write_table(LISTS, folder / "lists.parquet", row_group_size=64, data_page_size=256)
    LISTS.to_pandas().to_parquet(folder / "lists-pandas.parquet")
    with pa.ipc.new_file(folder / "lists.arrow", LISTS.schema) as sink:
        sink.write_table(LISTS, max_chunksize=90)
    numbers = np.arange(24, dtype="f8").reshape(2, 3, 4) / 7
    np.save(folder / "c.npy", numbers)
    np.save(folder / "fortran.npy", np.asfortranarray(numbers))
    np.save(folder / "big.npy", numbers.astype(">f8"))
    np.save(folder / "times.npy", TIMES)
    np.savez(folder / "text.npz", t=TEXTS, b=np.array(["ab", "c"]).astype("S"), n=np.arange(2))
    np.savez(folder / "stored.npz", a=np.arange(5), b=np.arange(5) / 2)
    np.savez_compressed(folder / "deflated.npz", a=np.arange(5), b=np.arange(5) / 2)


def same(found: dict, wanted: dict) -> str:
    if list(found) != list(wanted):
        return f"columns {list(found)}, not {list(wanted)}"
    for name, column in wanted.items():
        if found[name] != column:
            row = next((r for r, (a, b) in enumerate(zip(found[name], column)) if a != b), len(column))
            return f"column {name}, row {row}: {found[name][row : row + 1]}, not {column[row : row + 1]}"
    return ""


def check(folder: Path) -> None:
    wanted = json.loads((folder / "table.json").read_text())
    readers = {
        "pyarrow, parquet": lambda: cells(pq.read_table(folder / "ours.parquet")),
        "pandas, parquet": lambda: cells(pa.Table.from_pandas(pd.read_parquet(folder / "ours.parquet", dtype_backend="pyarrow"))),
        "pyarrow, parquet by gzip": lambda: cells(pq.read_table(folder / "ours-gzip.parquet")),
        "pyarrow, parquet by zstd": lambda: cells(pq.read_table(folder / "ours-zstd.parquet")),
        "pyarrow, arrow file": lambda: cells(pa.ipc.open_file(folder / "ours.arrow").read_all()),
        "pandas, feather": lambda: cells(pa.feather.read_table(folder / "ours.arrow")),
        "pyarrow, arrow stream": lambda: cells(pa.ipc.open_stream(folder / "ours.arrows").read_all()),
    }
    for name, read in readers.items():
        try:
            wrong = same(read(), wanted)
        except Exception as error:  # noqa: BLE001: whatever a reader says is a finding
            wrong = f"{type(error).__name__}: {error}"
        print(f"FAILED {name}: {wrong}" if wrong else f"passed {name}")
    lists = LISTS.to_pydict()
    for name, read in {"parquet": lambda: pq.read_table(folder / "ours-lists.parquet"), "arrow": lambda: pa.ipc.open_file(folder / "ours-lists.arrow").read_all()}.items():
        found = read().to_pydict()
        if name == "arrow":  # a tensor's cells are one list there
            found["deep"] = [[cell[:2], cell[2:]] for cell in found["deep"]]
        print(f"passed pyarrow, lists in {name}" if found == lists else f"FAILED pyarrow, lists in {name}: {found}"[:600])
    numbers = np.arange(24, dtype="f8").reshape(2, 3, 4) / 7
    array = np.load(folder / "ours.npy")
    good = array.dtype == numbers.dtype and array.shape == numbers.shape and (array == numbers).all()
    print("passed numpy, npy" if good else f"FAILED numpy, npy: {array.dtype} {array.shape}")
    times = np.load(folder / "ours-times.npy")
    good = times.dtype == TIMES.dtype and (times.astype("i8") == TIMES.astype("i8")).all()
    print("passed numpy, npy of times" if good else f"FAILED numpy, npy of times: {times.dtype} {times}")
    text = np.load(folder / "ours-text.npz")
    good = text["t"].dtype == TEXTS.dtype and (text["t"] == TEXTS).all() and text["b"].tolist() == ["ab", "c"] and (text["n"] == np.arange(2)).all()
    print("passed numpy, npz of text" if good else f"FAILED numpy, npz of text: {[(k, text[k]) for k in text]}")
    arrays = np.load(folder / "ours.npz")
    good = list(arrays) == ["a", "b"] and (arrays["a"] == np.arange(5)).all() and arrays["a"].dtype == np.int64 and (arrays["b"] == np.arange(5) / 2).all()
    print("passed numpy, npz" if good else f"FAILED numpy, npz: {[(k, arrays[k]) for k in arrays]}")


if __name__ == "__main__":
    {"write": write, "check": check}[sys.argv[1]](Path(sys.argv[2]))
