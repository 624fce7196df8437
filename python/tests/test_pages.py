"""The programs of the pages run as they stand, and print what the comments behind their lines say."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import DATA, ROOT

BLOCKS = [
    pytest.param(text, id=f"{page}-{i}")
    for page in ("README.md", "python/README.md")
    for i, text in enumerate(re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text("utf-8"), re.MULTILINE | re.DOTALL))
]


def test_there_are_some() -> None:
    assert len(BLOCKS) > 6


@pytest.mark.parametrize("text", BLOCKS)
def test_program(text: str) -> None:
    shutil.copytree(DATA, "data")
    Path("out").mkdir()
    done = subprocess.run([sys.executable, "-W", "error", "-c", text], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for promised in re.findall(r"(?:^|  )# (.*)$", text, re.MULTILINE):
        assert promised in done.stdout
