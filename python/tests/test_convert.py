"""Payloads in other forms, in pieces, and what is told of them."""

from __future__ import annotations

import gzip
import io
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import DATA, ROOT

import transload

IRIS = DATA / "iris.csv"
TARGETS = ("azureml", "mlflow", "tfserving:instances", "oip")


@pytest.mark.filterwarnings("ignore::transload.TransloadWarning")
@pytest.mark.parametrize("path", sorted((ROOT / "test" / "golden").glob("*.json")), ids=lambda path: path.stem)
def test_golden_conversions(path: Path) -> None:
    golden = json.loads(path.read_text())
    case = golden["cases"][0]
    compared = 0
    for to, expected in case["to"].items():
        if to.split(":")[0] not in ("azureml", "tfserving"):
            continue
        compared += 1
        if "error" in expected:
            with pytest.raises(transload.TransloadError) as caught:
                transload.convert(case["input"].encode(), to=to, from_=golden["from"])
            assert caught.value.code == expected["error"]
        else:
            assert transload.convert(case["input"].encode(), to=to, from_=golden["from"]) == expected["output"].encode()
    assert compared > 2


def test_targets_of_every_kind() -> None:
    expected = transload.convert(IRIS, to="mlflow")
    assert json.loads(expected)["dataframe_split"]["columns"][-1] == "species"
    for source in (IRIS, IRIS.read_bytes()):
        own = {} if source is IRIS else {"from_": "csv"}
        transload.convert(source, "out.json", "mlflow", **own)
        assert Path("out.json").read_bytes() == expected
        transload.convert(source, Path("out.json.gz"), "mlflow", **own)
        assert gzip.decompress(Path("out.json.gz").read_bytes()) == expected
        file = io.BytesIO()
        transload.convert(source, file, "mlflow", **own)
        assert file.getvalue() == expected
        transload.convert(source, "out.parquet", **own)
        pd.testing.assert_frame_equal(pq.read_table("out.parquet").to_pandas(), pd.read_csv(IRIS), check_dtype=False)
    assert sorted(os.listdir()) == ["out.json", "out.json.gz", "out.parquet"]


def test_a_file_keeps_its_mode_and_a_link_stays_one() -> None:
    Path("own.json").touch(mode=0o640)
    os.chmod("own.json", 0o640)
    os.symlink("own.json", "link.json")
    transload.convert(IRIS.read_bytes(), "link.json", "mlflow", from_="csv")
    assert os.path.islink("link.json")
    assert Path("own.json").stat().st_mode & 0o777 == 0o640
    assert "dataframe_split" in json.loads(Path("own.json").read_bytes())


def test_a_url_is_written_whole_or_not_at_all() -> None:
    fsspec = pytest.importorskip("fsspec")
    transload.convert(IRIS, "memory://convert/iris.jsonl.gz")
    with fsspec.open("memory://convert/iris.jsonl.gz", "rb") as file:
        assert gzip.decompress(file.read()) == transload.convert(IRIS, to="jsonl")
    with pytest.raises(transload.TransloadError):
        transload.convert(b'{"inputs":[[1,2],[3]]}', "memory://convert/broken.json", "tfserving")
    assert fsspec.filesystem("memory").ls("/convert", detail=False) == ["/convert/iris.jsonl.gz"]


def test_frames_are_written_and_read_again() -> None:
    frame = pd.DataFrame({"größe": [1, 2], "x": [0.5, None], "名前": ["ü", None]})
    payload = transload.write(frame, to="mlflow")
    assert json.loads(payload)["dataframe_split"]["data"] == [[1, 0.5, "ü"], [2, None, None]]
    table = pa.table({"a": pa.array([1, None], pa.int32()), "b": ["x", "y"]})
    for data in (table, table.to_batches(), table.to_batches()[0], table.to_reader()):
        assert json.loads(transload.write(data, to="mlflow:records")) == {"dataframe_records": [{"a": 1, "b": "x"}, {"a": None, "b": "y"}]}
    transload.write(table, "out.parquet")
    assert pq.read_table("out.parquet").equals(table)
    again = transload.read(transload.write(table, to="mlflow")).read_all()
    assert again.to_pydict() == table.to_pydict()


def test_other_frames_and_readers_are_written() -> None:
    import polars as pl

    duckdb: Any = __import__("duckdb")

    assert json.loads(transload.write(pl.DataFrame({"a": [1, 2]}), to="azureml"))["input_data"]["data"] == [[1], [2]]
    relation = duckdb.sql("select 1 as a, 'x' as b")
    assert transload.write(relation.to_arrow_reader() if hasattr(relation, "to_arrow_reader") else relation.arrow(), to="jsonl") == b'{"a":1,"b":"x"}\n'
    assert transload.write(transload.read(IRIS), to="csv").splitlines()[0] == IRIS.read_bytes().splitlines()[0]


@pytest.mark.parametrize("array", [np.arange(24.0).reshape(4, 3, 2), np.arange(6, dtype=np.int64).reshape(2, 3).T, np.array([True, False])])
def test_arrays_are_tensors(array: Any) -> None:
    payload = transload.write(array, to="tfserving:instances")
    assert np.array_equal(json.loads(payload)["instances"], array)


@pytest.mark.parametrize("data", [7, "text", [], [1]])
def test_what_is_no_table(data: Any) -> None:
    with pytest.raises(TypeError):
        transload.write(data, to="mlflow")


def test_pieces_one_by_one_and_in_a_folder() -> None:
    pieces = [json.loads(piece) for piece in transload.split(IRIS, to="mlflow", max_rows=60)]
    assert [len(piece["dataframe_split"]["data"]) for piece in pieces] == [60, 60, 30]
    for source in (IRIS, (IRIS.read_bytes()[i : i + 100] for i in range(0, IRIS.stat().st_size, 100))):
        own = {} if source is IRIS else {"from_": "csv"}
        entries = transload.split(source, "out/part-{000}.json", for_="databricks", max_rows=60, **own)
        assert [(entry["piece"], entry["rows"]) for entry in entries] == [("part-000.json", 60), ("part-001.json", 60), ("part-002.json", 30)]
        assert [json.loads(Path("out", entry["piece"]).read_bytes()) for entry in entries] == pieces


def test_a_piece_that_breaks_off_is_none() -> None:
    rows = IRIS.read_bytes() + b"1,2\n"
    pieces = transload.split(rows, to="mlflow", max_rows=60, from_="csv")
    with pytest.raises(transload.TransloadError, match="E_RAGGED"):
        for piece in pieces:
            json.loads(piece)


def test_what_a_payload_holds_and_whether_a_server_takes_it() -> None:
    found = transload.inspect(IRIS)
    assert (found["form"], found["rows"], [column["name"] for column in found["columns"]][-1]) == ("csv", 150, "species")
    refused = transload.verdict(DATA / "tensor.azureml.json", for_="azureml", model=DATA / "heart-model")
    assert refused["accepted"] is False and refused["findings"] and "--columns" in refused["remedy"]["command"]
    assert transload.verdict(DATA / "heart.azureml.json", model=DATA / "heart-model")["accepted"] is True
    assert transload.verdict((DATA / "heart.mlflow.json").read_bytes(), for_="mlflow", server_version="mlflow=3.6,pandas=2.3")["accepted"] is True
