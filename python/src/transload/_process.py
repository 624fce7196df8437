"""The command line at work."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import weakref
from typing import Any, cast

from ._errors import TransloadError
from ._feed import Feed
from ._messages import Messages, Progress
from ._node import node
from ._paths import MAIN
from ._source import Opened

PIPE = 1 << 20
"""Bytes of a pipe, where the system has a say in it: with fewer the two sides wait for each other oftener."""
BUFFER = 1 << 16
"""Bytes that are read ahead: what is larger, as a batch is, goes from the pipe to its place without a copy between."""
PATIENCE = 2.0
"""Seconds that a process has to leave tidily."""


class Process:
    """One call, from its start to its end. Whoever lets go of it ends it."""

    def __init__(self, command: str, words: list[str], source: Opened, progress: Progress | None = None) -> None:
        named = [] if source.path is None else ["--", source.path]
        fed = source.chunks is not None
        popen = subprocess.Popen(
            [node(), str(MAIN), command, *words, "--messages=json", *named],
            stdin=subprocess.PIPE if fed else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=BUFFER,
            env=_environment(command),
        )
        assert popen.stdout is not None and popen.stderr is not None
        self.stdout: io.BufferedReader = cast("io.BufferedReader", popen.stdout)
        self._popen = popen
        self._finalizer = weakref.finalize(self, _end, popen)
        _widen(popen.stdin)
        _widen(popen.stdout)
        self._messages = Messages(popen.stderr, progress)
        self._feed = Feed(popen, source.chunks) if source.chunks is not None else None

    @property
    def pid(self) -> int:
        return self._popen.pid

    def tell(self) -> None:
        """Warnings and progress that have come."""
        self._messages.tell()

    def finish(self, *answers: int) -> int:
        """Waits for the end, and returns the exit code: 0, or one of those that are answers.

        Raises:
            TransloadError: what the process said was wrong; E_UNEXPECTED or E_ABORT where it ended without a word.
            Exception: what the source raised.
        """
        self._messages.tell_all()
        code = self._popen.wait()
        self.stdout.close()
        self._finalizer.detach()
        if self._feed is not None:
            self._feed.join(0)
            if self._feed.error is not None:
                raise self._feed.error
        if self._messages.error is not None and code != 0:
            raise self._messages.error
        if code == 0 or code in answers:
            return code
        raise _died(code, list(self._messages.others))

    def close(self) -> None:
        """Ends it, whatever it is at."""
        self._finalizer()


def _environment(command: str) -> dict[str, str]:
    """Node reads these certificates at every start, which can take as long as the rest of it. Only these two talk to a server."""
    unused = "" if command in ("validate", "score") else "NODE_EXTRA_CA_CERTS"
    return {name: value for name, value in os.environ.items() if name != unused}


def _end(popen: subprocess.Popen[bytes]) -> None:
    popen.terminate()
    # what it writes has nobody to read it, and a write that waits ends so
    if popen.stdout is not None:
        popen.stdout.close()
    try:
        popen.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        popen.kill()
        popen.wait()


def _died(code: int, said: list[str]) -> TransloadError:
    words = "".join(f"\n  {line}" for line in said)
    if code < 0:
        return TransloadError("E_ABORT", f"transload was ended by {signal.Signals(-code).name} before it was done{words}")
    return TransloadError("E_UNEXPECTED", f"transload ended with exit code {code} and did not say why{words}")


def _widen(pipe: Any) -> None:
    if sys.platform != "linux" or pipe is None:
        return
    import fcntl

    try:
        fcntl.fcntl(pipe, getattr(fcntl, "F_SETPIPE_SZ", 1031), PIPE)  # it has a name from Python 3.10 on
    except OSError:  # the user has as many as may be
        pass
