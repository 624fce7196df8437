"""Payloads of the repository, and what Node makes of them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from transload._node import node

ROOT = Path(os.environ.get("TRANSLOAD_REPOSITORY") or Path(__file__).resolve().parents[2])
"""The tests run in a copy, where only what is installed is imported."""
DATA = ROOT / "data"


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


READ = """
const { readBatches } = await import(process.argv[1]);
const plain = (value) => (typeof value === "bigint" ? Number(value) : value);
const columns = {};
for await (const batch of readBatches(process.argv[2], JSON.parse(process.argv[3])))
  for (const { name, dtype, values, valid, shape } of batch.columns) {
    const own = (columns[name] ??= { dtype, shape, cells: [] });
    for (let i = 0; i < values.length; i++) own.cells.push(valid?.[i] === 0 ? null : plain(values[i]));
  }
process.stdout.write(JSON.stringify(columns, (_, value) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value)));
"""


def read_in_node(path: Path, **options: Any) -> dict[str, Any]:
    """The library's own readBatches(), of the repository's build: name to dtype, shape and cells."""
    module = (ROOT / "dist" / "index.js").as_uri()
    words = [node(), "--input-type=module", "-e", READ, module, str(path), json.dumps(options)]
    return dict(json.loads(subprocess.run(words, capture_output=True, check=True).stdout))


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def large_split(rows: int, row: str = '[63,1,145,233,1,0,150,0,2.5,0,0,"fixed"]') -> Any:
    """A split of so many rows, in chunks; the last closes it."""
    columns = ",".join(f'"c{i}"' for i in range(12))
    yield f'{{"input_data":{{"columns":[{columns}],"data":[{row}'.encode()
    many = f",{row}" * 1000
    for _ in range(rows // 1000):
        yield many.encode()
    yield b"]}}"
