"""Payloads in Spark: the same rows in any number of tasks, whatever befalls these."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import json
import os
import re
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import DATA, ROOT

pytest.importorskip("pyspark")

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

import transload
import transload.spark

pytestmark = [
    pytest.mark.filterwarnings("default"),
    pytest.mark.xdist_group("spark"),
    pytest.mark.skipif(shutil.which("java") is None and "JAVA_HOME" not in os.environ, reason="Spark needs Java 17 or later"),
]

TRAPS = ['"],[1,"', "],[2,3],[4,5],[", '},{"a":1},{"', "]]}", "\\", "a\nb\n1,2\n", "é],[", "[", '],[7,"x"],[', 'say ""x"",\n1,2,3\n']
ROWS = 12_000


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Two cores; a task may fail three times before the job does, as on a cluster; slow tasks are run twice."""
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    folder = tmp_path_factory.mktemp("spark")
    builder: Any = SparkSession.builder
    session = (
        builder.master("local[2,4]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "1g")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.speculation", "true")
        .config("spark.local.dir", str(folder))
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    transload.spark.register(session)
    yield session
    session.stop()


def rows(count: int = ROWS) -> list[list[Any]]:
    return [[i, TRAPS[i % len(TRAPS)] * (1 + i % 7), None if i % 3 == 0 else i / 8] for i in range(count)]


def document(form: str, folder: Path, count: int = ROWS) -> Path:
    """The rows as a file, written by Python's json, or a csv by its csv."""
    path = folder / f"doc.{form.replace(':', '.')}"
    names = ["a", "b", "c"]
    records = [dict(zip(names, row)) for row in rows(count)]
    if form == "csv":
        import csv

        with open(path, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([names, *rows(count)])
        return path
    if form == "jsonl":
        path.write_text("\n".join(json.dumps(record) for record in records))
        return path
    value: Any = {
        "azureml:split": {"input_data": {"columns": names, "data": rows(count)}},
        "mlflow:split": {"dataframe_split": {"index": list(range(count)), "columns": names, "data": rows(count)}},
        "mlflow:records": {"dataframe_records": records},
        "mlflow:inputs": {"inputs": [[i, i / 8, -i] for i in range(count)]},
    }[form]
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def digest(df: DataFrame) -> tuple[int, str]:
    """Rows, and a hash of all cells in their order."""
    cells = [repr(tuple(row)) for row in df.collect()]
    return len(cells), hashlib.sha256("\n".join(cells).encode()).hexdigest()


def loaded(spark: SparkSession, path: object, **options: object) -> DataFrame:
    reader = spark.read.format("transload")
    for name, value in options.items():
        reader = reader.option(name, str(value))
    return reader.load(str(path))


@pytest.mark.parametrize("form", ["azureml:split", "mlflow:split", "mlflow:records", "mlflow:inputs", "jsonl", "csv"])
def test_the_rows_are_the_same_in_any_number_of_tasks(spark: SparkSession, tmp_path: Path, form: str) -> None:
    path = document(form, tmp_path)
    options = {"from": form} if form in ("jsonl", "csv") else {}
    if form == "mlflow:inputs":
        expected = [([float(i), i / 8, float(-i)],) for i in range(ROWS)]
    else:
        expected = [tuple(row) for row in rows()]
    whole = (ROWS, hashlib.sha256("\n".join(map(repr, expected)).encode()).hexdigest())
    for partitions in (1, 2, 3, 7, 64) if form == "azureml:split" else (1, 7):
        df = loaded(spark, path, partitions=partitions, **options)
        assert df.rdd.getNumPartitions() == partitions
        assert digest(df) == whole


def test_columns_and_types_of_the_users_own(spark: SparkSession, tmp_path: Path) -> None:
    path = document("azureml:split", tmp_path)
    df = spark.read.schema("c float, a int").format("transload").option("partitions", "3").load(str(path))
    assert [tuple(row) for row in df.limit(3).collect()] == [(None, 0), (0.125, 1), (0.25, 2)]
    assert df.count() == ROWS
    named = spark.read.schema("x double, y double, z double").format("transload").load(str(document("mlflow:inputs", tmp_path)))
    assert tuple(named.collect()[8]) == (8.0, 1.0, -8.0)


def test_what_columns_become(spark: SparkSession, tmp_path: Path) -> None:
    path = tmp_path / "doc.json"
    path.write_text('{"dataframe_split":{"columns":["n","t","l","b"],"data":[[1,"x",[1.5,2],true],[null,null,[3],null]]}}')
    df = loaded(spark, path)
    assert df.schema.simpleString() == "struct<n:bigint,t:string,l:array<double>,b:boolean>"
    assert [tuple(row) for row in df.collect()] == [(1, "x", [1.5, 2.0], True), (None, None, [3.0], None)]
    cube = tmp_path / "cube.json"
    cube.write_text('{"inputs":[[[1,2],[3,4]],[[5,6],[7,8]]]}')
    assert [row.value for row in loaded(spark, cube).collect()] == [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]
    modelled = loaded(spark, DATA / "heart.azureml.json", model=DATA / "heart-model")
    assert modelled.schema == spark.createDataFrame(modelled.collect(), modelled.schema).schema


def test_parquet_and_a_folder_of_files(spark: SparkSession, tmp_path: Path) -> None:
    source = document("azureml:split", tmp_path)
    transload.convert(source, tmp_path / "doc.parquet", index="drop")
    assert digest(loaded(spark, tmp_path / "doc.parquet")) == digest(loaded(spark, source))
    folder = tmp_path / "many"
    folder.mkdir()
    for i in range(3):
        (folder / f"{i}.json").write_text(json.dumps({"inputs": [[i, 1]]}))
    (folder / "_SUCCESS").write_text("")
    (folder / ".hidden.json").write_text("no payload")
    for name in (folder, folder / "*.json"):
        df = loaded(spark, name)
        assert df.rdd.getNumPartitions() == 3
        assert [row.value for row in df.collect()] == [[0, 1], [1, 1], [2, 1]]


def test_what_is_compressed_is_one_tasks(spark: SparkSession, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    source = document("azureml:split", tmp_path)
    zipped = tmp_path / "doc.json.gz"
    zipped.write_bytes(gzip.compress(source.read_bytes()))
    df = loaded(spark, zipped, partitions=4)
    assert df.rdd.getNumPartitions() == 1
    assert digest(df) == digest(loaded(spark, source))
    from transload.spark._files import file_at, shares_of

    with pytest.warns(UserWarning, match=r"doc\.json\.gz is compressed, so that one task reads all of it"):
        assert len(shares_of([file_at(str(zipped))], 4, lambda _: True)) == 1


def test_a_fault_comes_to_the_driver_with_its_place_in_the_file(spark: SparkSession, tmp_path: Path) -> None:
    lines = [json.dumps(row) for row in rows()]
    lines[7000] = "[1,01,2]"
    path = tmp_path / "damaged.json"
    path.write_text('{"input_data":{"columns":["a","b","c"],"data":[\n' + ",\n".join(lines) + "]}}")
    with pytest.raises(transload.TransloadError) as alone:
        transload.read(path, index="drop").read_all()
    with pytest.raises(PySparkException) as caught:
        loaded(spark, path, partitions=8).count()
    error = alone.value
    assert (error.code, error.line, error.row) == ("E_NUMBER", 7002, 7000)
    assert str(error) in str(caught.value)
    assert f"{path}: " in str(caught.value)


def test_a_late_key_is_told_where_nobody_gave_a_schema(spark: SparkSession, tmp_path: Path) -> None:
    path = tmp_path / "late.jsonl"
    lines = [json.dumps({"a": i, "b": "x" * 40}) for i in range(9000)]
    lines[6000] = json.dumps({"a": 1, "late": 2})
    path.write_text("\n".join(lines))
    with pytest.raises(PySparkException, match="'late' is not in the schema"):
        loaded(spark, path, partitions=3).count()
    given = spark.read.schema("a bigint, late bigint").format("transload")
    assert given.load(str(path)).selectExpr("count(late)", "count(a)").collect() == [(1, 9000)]
    with pytest.raises(PySparkException, match='E_COLUMNS: .*no column "late".*in this share of the rows'):
        given.option("partitions", "3").load(str(path)).count()


def kill_once(mark: Path) -> Any:
    """Ends the Python worker of the first task that comes here, as one that is out of memory is ended."""

    def batches(given: Iterator[Any]) -> Iterator[Any]:
        for batch in given:
            try:
                mark.touch(exist_ok=False)
            except FileExistsError:
                pass
            else:
                os.kill(os.getpid(), 9)
            yield batch

    return batches


def test_a_worker_that_is_killed_changes_nothing(spark: SparkSession, tmp_path: Path) -> None:
    path = document("azureml:split", tmp_path)
    whole = digest(loaded(spark, path))
    df = loaded(spark, path, partitions=4)
    mark = tmp_path / "killed"
    assert digest(df.mapInArrow(kill_once(mark), df.schema)) == whole
    assert mark.exists()
    again = tmp_path / "killed too"
    out = tmp_path / "out"
    killed = df.mapInArrow(kill_once(again), df.schema)
    killed.write.format("transload").option("to", "azureml:split").option("for", "databricks").mode("append").save(str(out))
    assert again.exists()
    assert digest(loaded(spark, out).orderBy("a")) == whole
    check_folder(out)


def check_folder(folder: Path) -> list[dict[str, Any]]:
    """Nothing but what the manifest lists, and each as it says."""
    entries: list[dict[str, Any]] = json.loads((folder / "manifest.json").read_text())
    names = {entry["piece"] for entry in entries}
    assert {path.name for path in folder.iterdir()} == {*names, "manifest.json", "_SUCCESS"}
    assert all(hashlib.sha256((folder / entry["piece"]).read_bytes()).hexdigest() == entry["sha256"] for entry in entries)
    assert [entry["firstRow"] for entry in entries] == [sum(e["rows"] for e in entries[:i]) for i in range(len(entries))]
    return entries


def test_write_append_and_overwrite(spark: SparkSession, tmp_path: Path) -> None:
    source = document("azureml:split", tmp_path)
    whole = digest(loaded(spark, source))
    out = tmp_path / "out"
    writer = loaded(spark, source, partitions=3).write.format("transload").option("to", "azureml:split").option("maxRows", "3000")
    writer.mode("append").save(str(out))
    entries = check_folder(out)
    assert max(entry["rows"] for entry in entries) == 3000
    assert list(json.loads((out / entries[0]["piece"]).read_text())) == ["input_data"]
    assert digest(loaded(spark, out).orderBy("a")) == whole
    writer.mode("append").save(str(out))
    assert len(check_folder(out)) == 2 * len(entries)
    writer.mode("overwrite").save(str(out))
    assert len(check_folder(out)) == len(entries)
    assert digest(loaded(spark, out).orderBy("a")) == whole


def test_a_write_that_fails_leaves_nothing(spark: SparkSession, tmp_path: Path) -> None:
    df = spark.range(1000).selectExpr("id", "if(id = 990, raise_error('no more'), 1) as x").repartition(3)
    out = tmp_path / "out"
    with pytest.raises(PySparkException, match="no more"):
        df.write.format("transload").option("to", "azureml").mode("append").save(str(out))
    assert not out.exists()
    kept = spark.range(10).write.format("transload").option("to", "azureml")
    kept.mode("append").save(str(out))
    before = check_folder(out)
    with pytest.raises(PySparkException, match="no more"):
        df.write.format("transload").option("to", "azureml").mode("overwrite").save(str(out))
    assert check_folder(out) == before


def test_an_attempt_that_comes_too_late_leaves_nothing(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyspark import TaskContext

    from transload.spark._write import Writer

    out = tmp_path / "out"
    writer = Writer({"to": "azureml", "path": str(out)}, False)

    class Context(TaskContext):
        _partitionId, _taskAttemptId = 0, 7

    TaskContext._taskContext = Context()
    try:
        batch = pa.record_batch({"a": [1, 2]})
        writer.commit([writer.write(iter([batch]))])
        assert [entry["rows"] for entry in check_folder(out)] == [2]
        with pytest.raises(FileNotFoundError):
            writer.write(iter([batch]))
        check_folder(out)
    finally:
        TaskContext._taskContext = None


def test_a_folder_that_fills(spark: SparkSession, tmp_path: Path) -> None:
    """Each file once, also by a query that is begun again; none that is being written."""
    folder, checkpoint = tmp_path / "in", tmp_path / "checkpoint"
    folder.mkdir()
    seen: list[int] = []

    def add(name: str, value: int) -> None:
        (folder / name).write_text(json.dumps({"dataframe_split": {"columns": ["a"], "data": [[value], [value + 1]]}}))

    def run() -> None:
        stream = spark.readStream.schema("a bigint").format("transload").option("settle", "0.3").load(str(folder))
        query = stream.writeStream.option("checkpointLocation", str(checkpoint)).foreachBatch(
            lambda batch, _: seen.extend(row.a for row in batch.collect())
        )
        started = query.start()
        try:
            started.processAllAvailable()
        finally:
            started.stop()

    add("1.json", 10)
    add("_2.json", 20)
    run()
    assert sorted(seen) == [10, 11]
    add("3.json", 30)
    os.rename(folder / "_2.json", folder / "2.json")
    run()
    run()
    assert sorted(seen) == [10, 11, 20, 21, 30, 31]


def test_a_file_that_grows_is_not_complete(tmp_path: Path) -> None:
    from transload.spark._read import _complete

    def grow() -> None:
        with open(tmp_path / "growing.json", "w") as file:
            while not done.wait(0.05):
                file.write("[")
                file.flush()

    done = threading.Event()
    (tmp_path / "old.json").write_text("{}")
    thread = threading.Thread(target=grow)
    thread.start()
    try:
        time.sleep(0.2)
        assert [os.path.basename(file.path) for file in _complete(str(tmp_path), set(), 0.3)] == ["old.json"]
    finally:
        done.set()
        thread.join()


class Server(http.server.BaseHTTPRequestHandler):
    """A model that adds up a row: MLflow's answers. Every third request it is too busy for."""

    requests = 0

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Server.requests += 1
        busy = Server.requests == 3
        frame = body["dataframe_split"]
        answer = b"{}" if busy else json.dumps({"predictions": [sum(row) for row in frame["data"]]}).encode()
        self.send_response(503 if busy else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        if busy:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/invocations"
    server.shutdown()
    thread.join()
    server.server_close()


def test_scores_of_a_table(spark: SparkSession, url: str) -> None:
    df = spark.range(2000, numPartitions=3).selectExpr("id", "id / 4 as quarter")
    scored = transload.spark.score(df, url=url, for_="mlflow:split", schema="id bigint, prediction double", with_=["id"], max_rows=100, concurrency=2)
    got = {row.id: row.prediction for row in scored.collect()}
    assert got == {i: i * 1.25 for i in range(2000)}


def test_score_without_spark(url: str) -> None:
    said = transload.score(b"a,b\n1,2\n3,4\n", to="jsonl", url=url, from_="csv", for_="mlflow:split")
    assert [json.loads(line) for line in said.splitlines()] == [{"row": 0, "prediction": 3}, {"row": 1, "prediction": 7}]
    with pytest.raises(TypeError, match="score has no option concurency; did you mean concurrency"):
        transload.score(b"a\n1\n", url=url, concurency=1)


def test_the_page(spark: SparkSession) -> None:
    blocks = re.findall(r"^```py\n(.*?)^```", (ROOT / "python/README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert blocks
    shutil.copytree(DATA, "data")
    for block in blocks:
        # Spark's own folder is not the test's
        exec(re.sub(r'"(data/|pieces)', lambda name: f'"{Path.cwd()}/{name[1]}', block), {"spark": spark})


def test_calls_that_cannot_be(spark: SparkSession, tmp_path: Path) -> None:
    path = document("azureml:split", tmp_path, 10)
    with pytest.raises(PySparkException, match="partitions is a whole number from 1, not '0'"):
        loaded(spark, path, partitions=0).count()
    with pytest.raises(PySparkException, match="convert has no option colums; did you mean columns"):
        loaded(spark, path, colums="a").count()
    with pytest.raises(PySparkException, match="there is no such file"):
        loaded(spark, tmp_path / "nothing-*.json").count()
    with pytest.raises(PySparkException, match="say what to write"):
        spark.range(3).write.format("transload").mode("append").save(str(tmp_path / "out"))
