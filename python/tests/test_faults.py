"""What is wrong is an error with its place, and what breaks off never looks whole."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import DATA, is_running, large_split

import transload


def wait_until(happened: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not happened() and time.monotonic() < end:
        time.sleep(0.02)
    return happened()


def endless(row: bytes = b",[" + b"1," * 99 + b"1]") -> Iterator[bytes]:
    yield b'{"inputs":[[' + b"1," * 99 + b"1]"
    while True:
        yield row * 1000


def test_the_fields_of_an_error() -> None:
    path = DATA / "tensor-as-printed.azureml.json"
    with pytest.raises(transload.TransloadError) as caught:
        transload.read(path)
    error = caught.value
    assert (error.code, error.line, error.column, error.offset) == ("E_SYNTAX", 5, 11, 139)
    assert (error.path, error.file) == ("$.input_data[1]", str(path))
    assert error.detail == "expected , or ] but found ["
    assert error.remedy is not None and error.remedy.startswith("Look at the place")
    assert str(error) == f"E_SYNTAX: {path}: expected , or ] but found [ (line 5, column 11, byte 139, $.input_data[1])"


def test_an_error_has_its_row_and_can_be_sent_to_another_process() -> None:
    import pickle

    with pytest.raises(transload.TransloadError) as caught:
        transload.convert(b'{"inputs":[[1,2],[3]]}', to="azureml")
    error: transload.TransloadError = pickle.loads(pickle.dumps(caught.value))
    assert (error.code, error.row, error.path) == (caught.value.code, caught.value.row, caught.value.path) == ("E_RAGGED", 1, "$.inputs[1]")


def test_every_code_has_a_remedy() -> None:
    from transload._table import table

    remedies = table()["remedies"]
    assert len(remedies) > 35
    assert all(len(remedy) > 10 and "\n" not in remedy for remedy in remedies.values())


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(transload.TransloadError, match="no such file") as caught:
        transload.read("nothing.json")
    assert caught.value.code == "E_READ"


def test_a_name_that_looks_like_an_option(tmp_path: Path) -> None:
    Path("-o.csv").write_bytes(b"a\n1\n")
    assert transload.read("-o.csv").read_all()["a"].to_pylist() == [1]
    transload.convert("-o.csv", "--to.jsonl")
    assert Path("--to.jsonl").read_bytes() == b'{"a":1}\n'


def test_a_late_fault_comes_behind_the_batches_before_it() -> None:
    def payload() -> Iterator[bytes]:
        *rows, _ = large_split(60_000)
        yield from rows
        yield b',[1]]}}'

    reader = transload.read(payload())
    rows = 0
    with pytest.raises(transload.TransloadError) as caught:
        for batch in reader:
            rows += batch.num_rows
    assert caught.value.code == "E_RAGGED" and caught.value.row == 60_001
    assert 0 < rows <= 60_001


def test_a_column_that_turns_out_to_be_another_is_refused_with_what_to_do() -> None:
    payload = b"a\n" + b"1\n" * 100_000 + b"1.5\n"
    with pytest.raises(transload.TransloadError, match="E_DTYPE|E_RANGE"):
        transload.read(payload, from_="csv").read_all()
    assert transload.read(payload, from_="csv", infer="whole").read_all()["a"][-1].as_py() == 1.5
    assert transload.read(payload, from_="csv", dtype="float64").read_all()["a"][-1].as_py() == 1.5


@pytest.mark.parametrize("taker", ["arrow", "polars", "duckdb", "pandas"])
def test_a_fault_is_one_for_whoever_takes_the_reader(taker: str) -> None:
    def payload() -> Iterator[bytes]:
        *rows, _ = large_split(60_000)
        yield from rows

    reader = transload.read(payload())
    with pytest.raises(Exception, match="E_TRUNCATED|the input ends"):
        if taker == "arrow":
            reader.read_all()
        elif taker == "pandas":
            reader.read_pandas()
        elif taker == "polars":
            __import__("polars").DataFrame(reader)
        else:
            __import__("duckdb").sql("select count(*) from reader").fetchall()


def test_a_process_that_is_killed() -> None:
    reader = transload.read(endless())
    reader.read_next_batch()
    os.kill(reader.pid, signal.SIGKILL)  # type: ignore[attr-defined]
    with pytest.raises(transload.TransloadError, match="SIGKILL") as caught:
        for _ in reader:
            pass
    assert caught.value.code == "E_ABORT"


def test_what_a_source_raises() -> None:
    def broken() -> Iterator[bytes]:
        yield b"a\n1\n"
        raise LookupError("the far end is gone")

    with pytest.raises(LookupError, match="far end"):
        transload.read(broken(), from_="csv").read_all()
    with pytest.raises(LookupError, match="far end"):
        transload.convert(broken(), "out.csv", from_="csv", to="csv")
    assert os.listdir() == []


@pytest.mark.parametrize("way", ["close", "with", "del", "gc of a C stream"])
def test_whoever_has_had_enough_ends_the_process(way: str) -> None:
    closed: list[bool] = []

    def source() -> Iterator[bytes]:
        try:
            yield from endless()
        finally:
            closed.append(True)

    reader: Any = transload.read(source())
    pid = reader.pid
    reader.read_next_batch()
    assert is_running(pid)
    if way == "close":
        reader.close()
        with pytest.raises(ValueError):
            reader.read_next_batch()
    elif way == "with":
        with reader:
            pass
    elif way == "del":
        del reader
    else:
        capsule = reader.__arrow_c_stream__()
        del reader
        gc.collect()
        assert is_running(pid)
        del capsule
    gc.collect()
    assert wait_until(lambda: not is_running(pid))
    assert wait_until(lambda: closed == [True])


def test_nothing_is_left_open() -> None:
    def opened() -> int:
        return len(os.listdir("/proc/self/fd"))

    transload.read(DATA / "iris.csv").read_all()
    before = opened()
    for _ in range(3):
        transload.read((DATA / "iris.csv").read_bytes(), from_="csv").read_all()
        transload.read(DATA / "iris.csv").close()
        transload.convert(DATA / "iris.csv", to="jsonl")
        with pytest.raises(transload.TransloadError):
            transload.inspect(b"{")
    gc.collect()
    assert wait_until(lambda: opened() <= before)


def test_warnings_are_pythons_and_name_the_callers_line() -> None:
    payload = b'{"dataframe_split":{"columns":["a"],"index":[7],"data":[[1]]}}'
    with pytest.warns(transload.TransloadWarning, match="index") as caught:
        transload.read(payload).read_all()
    warning = caught[0]
    assert isinstance(warning.message, transload.TransloadWarning) and warning.message.code == "W_INDEX"
    with pytest.warns(transload.TransloadWarning, match="index") as caught:
        transload.convert(payload, to="csv", index=None)
    assert caught[0].filename == __file__


def test_progress_is_told(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    path.write_bytes(b"".join(large_split(200_000)))
    size = path.stat().st_size
    told: list[tuple[int, int | None]] = []
    transload.convert(path, tmp_path / "out.json", "mlflow", progress=lambda *now: told.append(now))
    assert told[-1] == (size, size)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    told.clear()
    transload.read(path, progress=lambda *now: told.append(now)).read_all()
    assert told[-1] == (size, size)


def test_a_callback_that_raises_ends_the_work(tmp_path: Path) -> None:
    def refuse(done: int, total: int | None) -> None:
        raise InterruptedError("enough")

    with pytest.raises(InterruptedError, match="enough"):
        transload.convert(b"".join(large_split(1000)), "out.json", "mlflow", progress=refuse)
    assert os.listdir() == []


def test_a_program_that_is_killed_leaves_no_half_file(tmp_path: Path) -> None:
    """The end that the command line sees is that of the program, and a csv may end anywhere."""
    target = tmp_path / "out.csv"
    target.write_bytes(b"before\n")
    program = textwrap.dedent(
        f"""
        import itertools, os, sys, time, transload
        def rows():
            yield b"a,b\\n"
            for i in itertools.count():
                if i == 200: print("fed", flush=True)
                if i >= 200: time.sleep(0.01)
                yield b"1,2\\n" * 1000
        transload.convert(rows(), {str(target)!r}, "csv", from_="csv")
        """
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stdout.readline() == b"fed\n"
        time.sleep(0.2)
        child.kill()
    time.sleep(1)
    assert target.read_bytes() == b"before\n"


def test_what_is_refused_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_bytes(b"before")
    for source in (b'{"inputs":[[1,2],[3]]}', DATA / "tensor-as-printed.azureml.json"):
        with pytest.raises(transload.TransloadError):
            transload.convert(source, target, "tfserving")
    assert target.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["out.json"]


def test_a_verdict_that_cannot_be_had_is_an_error() -> None:
    with pytest.raises(transload.TransloadError) as caught:
        transload.verdict(b"[" * 10, for_="mlflow", model="nothing")
    assert caught.value.code in ("E_READ", "E_MODEL")
