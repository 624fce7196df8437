"""Writes chunks to a process, beside whoever reads what comes of them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from threading import Thread
from typing import IO, Any


class Feed:
    """A thread that ends with the chunks, or with the process."""

    def __init__(self, popen: subprocess.Popen[bytes], chunks: Iterator[Any]) -> None:
        self.error: BaseException | None = None
        """What the chunks raised: the process was killed for it, so that no end of theirs is taken for the payload's."""
        assert popen.stdin is not None
        self._thread = Thread(target=self._run, args=(popen, popen.stdin, chunks), daemon=True, name="transload-feed")
        self._thread.start()

    def join(self, timeout: float) -> None:
        self._thread.join(timeout)

    def _run(self, popen: subprocess.Popen[bytes], stdin: IO[bytes], chunks: Iterator[Any]) -> None:
        try:
            self._write(stdin, chunks)
        except BaseException as error:  # whatever it is, it is raised where the result is waited for
            self.error = error
            popen.kill()
            popen.wait()
        finally:
            _close(stdin)

    def _write(self, stdin: IO[bytes], chunks: Iterator[Any]) -> None:
        try:
            for chunk in chunks:
                if not isinstance(chunk, (bytes, bytearray, memoryview)):
                    raise TypeError(f"a source gives bytes, not {type(chunk).__name__}")
                if not _take(stdin, chunk):
                    return
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()


def _take(stdin: IO[bytes], chunk: Any) -> bool:
    """False where the process has gone: it says itself why."""
    try:
        stdin.write(chunk)
        return True
    except (BrokenPipeError, ConnectionResetError):
        return False


def _close(stdin: IO[bytes]) -> None:
    try:
        stdin.close()
    except OSError:  # what was left could not be written, which matters to nobody
        pass
