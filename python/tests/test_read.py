"""Cells, compared with what pandas, numpy and Node make of the same bytes."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from conftest import DATA, large_split, read_in_node

import transload

IRIS = DATA / "iris.csv"
TENSOR = DATA / "tensor.azureml.json"
QUIET = pytest.mark.filterwarnings("ignore::transload.TransloadWarning")


def test_a_csv_as_pandas_reads_it() -> None:
    table = transload.read(IRIS).read_all()
    pd.testing.assert_frame_equal(table.to_pandas(), pd.read_csv(IRIS), check_dtype=False)
    assert [str(field.type) for field in table.schema] == ["double"] * 4 + ["string"]


@QUIET
def test_a_split_as_pandas_reads_it() -> None:
    split = json.loads((DATA / "heart.azureml.json").read_text())["input_data"]
    frame = pd.DataFrame(split["data"], columns=split["columns"])
    pd.testing.assert_frame_equal(transload.read(DATA / "heart.azureml.json").read_pandas(), frame)


def test_a_tensor_as_numpy_reads_it() -> None:
    expected = np.array(json.loads(TENSOR.read_text())["input_data"], dtype=float)
    array = transload.read_numpy(TENSOR)
    assert isinstance(array, np.ndarray) and array.dtype == np.float64
    np.testing.assert_array_equal(array, expected)


@QUIET
@pytest.mark.parametrize("name", ["heart.azureml.json", "heart.mlflow1.json", "iris.csv", "iris.mlflow.json", "tensor.mlflow.json"])
def test_what_node_reads(name: str) -> None:
    found = read_in_node(DATA / name, dtype="infer")
    table = transload.read(DATA / name).read_all()
    assert table.schema.names == list(found)
    for field, column in zip(table.schema, table.columns):
        cells: list[Any] = column.to_pylist()
        if found[field.name]["shape"]:
            cells = [cell for row in cells for cell in row]
        assert cells == found[field.name]["cells"]


def test_larger_than_a_batch_as_node_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    path.write_bytes(b"".join(large_split(30_000)))
    reader = transload.read(path)
    batches = list(reader)
    assert len(batches) > 1
    table = pa.Table.from_batches(batches)
    found = read_in_node(path, dtype="infer")
    assert {name: table[name].to_pylist() for name in table.schema.names} == {name: own["cells"] for name, own in found.items()}


def sources() -> dict[str, Any]:
    data = IRIS.read_bytes()
    return {
        "str": lambda: str(IRIS),
        "Path": lambda: IRIS,
        "bytes": lambda: data,
        "bytearray": lambda: bytearray(data),
        "memoryview": lambda: memoryview(data),
        "file": lambda: open(IRIS, "rb"),
        "BytesIO": lambda: io.BytesIO(data),
        "gzip": lambda: io.BytesIO(gzip.compress(data)),
        "list": lambda: [data[:1000], b"", data[1000:]],
        "bytes one by one": lambda: (data[i : i + 1] for i in range(len(data))),
    }


@pytest.mark.parametrize("kind", sources())
def test_sources_of_every_kind(kind: str) -> None:
    source = sources()[kind]()
    table = transload.read(source, from_="csv").read_all()
    assert table.equals(transload.read(IRIS).read_all())
    if kind == "file":
        source.close()


def test_a_file_tells_its_form_by_its_name() -> None:
    with open(IRIS, "rb") as file:
        assert transload.read(file).read_all().num_rows == 150


def test_a_url_through_fsspec() -> None:
    fsspec = pytest.importorskip("fsspec")
    with fsspec.open("memory://read/iris.csv.gz", "wb") as file:
        file.write(gzip.compress(IRIS.read_bytes()))
    assert transload.read("memory://read/iris.csv.gz").read_all().equals(transload.read(IRIS).read_all())
    with pytest.raises(FileNotFoundError):
        transload.read("memory://read/nothing.csv")


def test_a_url_without_fsspec(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "fsspec", None)
    with pytest.raises(ImportError, match="pip install fsspec"):
        transload.read("s3://bucket/iris.csv")


@pytest.mark.parametrize("source", [7, None, io.StringIO("a\n1\n"), ["a\n", "1\n"]])
def test_what_is_no_source(source: Any) -> None:
    with pytest.raises(TypeError, match="bytes"):
        transload.read(source, from_="csv").read_all()


CELLS = '[{"größe":1,"wann":"2024-02-29T12:00:00Z","liste":[1,2,3],"ja":true,"名前":"ü"},{"größe":null,"wann":null,"liste":[4,5,6],"ja":null,"名前":null}]'


def test_gaps_times_lists_and_names_beyond_ascii() -> None:
    payload = f'{{"dataframe_records":{CELLS}}}'.encode()
    dtype = {"größe": "int32?", "wann": "datetime64[us]", "ja": "bool?"}
    table = transload.read(payload, dtype=dtype).read_all()
    assert table.schema.names == ["größe", "wann", "liste", "ja", "名前"]
    assert table.schema.field("größe").type == pa.int32()
    assert pa.types.is_timestamp(table.schema.field("wann").type)
    assert table["größe"].to_pylist() == [1, None]
    assert table["wann"].cast(pa.timestamp("us")).to_pylist() == [pd.Timestamp("2024-02-29 12:00").to_pydatetime(), None]
    cells: Any = table["liste"].to_pylist()
    assert [list(cell) for cell in cells] == [[1, 2, 3], [4, 5, 6]]
    assert table["ja"].to_pylist() == [True, None]
    assert table["名前"].to_pylist() == ["ü", None]
    arrays = transload.read_numpy(payload, dtype=dtype)
    assert isinstance(arrays, dict)
    assert isinstance(arrays["größe"], np.ma.MaskedArray)
    assert arrays["größe"].tolist() == [1, None] and arrays["größe"].dtype == np.int32
    assert np.isnat(arrays["wann"][1]) and arrays["wann"][0] == np.datetime64("2024-02-29T12:00")
    assert [list(cell) for cell in arrays["liste"]] == [[1, 2, 3], [4, 5, 6]]


def test_whole_numbers_keep_all_their_digits() -> None:
    payload = b'{"dataframe_records":[{"id":9007199254740993},{"id":null},{"id":-1}]}'
    assert transload.read(payload).read_all()["id"].to_pylist() == [9007199254740993, None, -1]


def test_columns_dtype_and_rows_of_a_batch() -> None:
    reader = transload.read(IRIS, columns=["species", "petal width (cm)"], dtype={"petal width (cm)": np.float32}, batch_rows=60)
    assert reader.schema.names == ["species", "petal width (cm)"]
    assert reader.schema.field(1).type == pa.float32()
    assert [batch.num_rows for batch in reader] == [60, 60, 30]


def test_a_model_names_and_types_the_columns() -> None:
    table = transload.read(TENSOR, model=DATA / "heart-model").read_all()
    rows = json.loads(TENSOR.read_text())["input_data"]
    assert table.schema.names == transload.read(DATA / "heart.azureml.json", index="drop").schema.names
    assert [list(row.values()) for row in table.to_pylist()] == rows


def test_numpy_without_a_copy() -> None:
    array = transload.read_numpy(TENSOR)
    assert isinstance(array, np.ndarray)
    assert not array.flags.owndata
    frame = transload.read_numpy(IRIS)
    assert isinstance(frame, dict)
    assert not frame["sepal length (cm)"].flags.owndata


def test_many_batches_become_one_array(tmp_path: Path) -> None:
    rows = np.random.default_rng(7).normal(size=(50_000, 8))
    payload = json.dumps({"inputs": rows.tolist()}).encode()
    array = transload.read_numpy(payload)
    np.testing.assert_array_equal(array, rows)
    as32 = transload.read_numpy(payload, dtype="float32")
    np.testing.assert_array_equal(as32, rows.astype(np.float32))


def test_gaps_that_come_late_and_go_again() -> None:
    cells: list[Any] = [*range(1000), None, 5, *range(1000), None]
    payload = json.dumps({"dataframe_records": [{"a": cell, "b": 0.5, "c": None if cell is None else str(cell)} for cell in cells]}).encode()
    for rows in (7, 100, 5000):
        arrays = transload.read_numpy(payload, batch_rows=rows)
        assert isinstance(arrays, dict)
        assert arrays["a"].tolist() == cells and arrays["a"].dtype == np.int64
        assert arrays["b"].tolist() == [0.5] * len(cells)
        assert arrays["c"].tolist() == [None if cell is None else str(cell) for cell in cells]


@QUIET
def test_others_take_the_reader() -> None:
    import polars as pl

    duckdb: Any = __import__("duckdb")

    expected = pd.read_csv(IRIS)
    reader = transload.read(IRIS)
    assert duckdb.sql('select count(*), sum("petal width (cm)") from reader').fetchall() == [
        (150, pytest.approx(expected["petal width (cm)"].sum()))
    ]
    polars = pl.DataFrame(transload.read(IRIS))
    assert polars["species"].to_list() == expected["species"].tolist()
    pd.testing.assert_frame_equal(transload.read(IRIS).read_pandas(), expected, check_dtype=False)
