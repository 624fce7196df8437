"""What the process says on its standard error: a line of JSON each, as schema/messages.schema.json describes it."""

from __future__ import annotations

import inspect
import json
import os
import warnings
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any, cast

from ._errors import TransloadError, TransloadWarning

Progress = Callable[[int, "int | None"], object]
"""Takes the bytes of the input that are used up, and those there are, where that is known."""

HERE = os.path.dirname(__file__)
LINES = 20


class Messages:
    """Errors are kept; warnings and progress are told in the thread that waits for the result, whose filters and notebook they belong to."""

    def __init__(self, stderr: IO[bytes], progress: Progress | None) -> None:
        self.error: TransloadError | None = None
        self.others: deque[str] = deque(maxlen=LINES)
        """What was no message: Node's own last words."""
        self._progress = progress
        self._queue: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self._ended = False
        Thread(target=self._run, args=(stderr, self._queue, self.others), daemon=True, name="transload-messages").start()

    @staticmethod
    def _run(stderr: IO[bytes], queue: SimpleQueue[dict[str, Any] | None], others: deque[str]) -> None:
        try:
            with stderr:
                for line in stderr:
                    message = _parsed(line)
                    if message is None:
                        others.append(line.decode("utf-8", "replace").rstrip())
                    else:
                        queue.put(message)
        finally:
            queue.put(None)

    def tell(self) -> None:
        """All that has come."""
        while not self._ended and not self._queue.empty():
            self._next()

    def tell_all(self) -> None:
        """To the end of the process."""
        while not self._ended:
            self._next()

    def _next(self) -> None:
        message = self._queue.get()
        if message is None:
            self._ended = True
        elif message["type"] == "error":
            self.error = TransloadError(message["code"], message["message"], message)
        elif message["type"] == "warning":
            warnings.warn(TransloadWarning(message["code"], message["message"]), stacklevel=_outside())
        elif self._progress is not None:
            self._progress(message["bytes"], message.get("total"))


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        message: Any = json.loads(line)
    except ValueError:
        return None
    return cast("dict[str, Any]", message) if isinstance(message, dict) and "type" in message else None


def _outside() -> int:
    """The stack level, for warnings.warn() in the caller, of whoever called this package."""
    level = 1
    frame = inspect.currentframe()
    frame = frame.f_back if frame else None
    while frame is not None and frame.f_back is not None and os.path.dirname(frame.f_code.co_filename) == HERE:
        frame = frame.f_back
        level += 1
    return level
