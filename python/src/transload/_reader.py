"""Arrow's batches out of a process."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa

from ._process import Process

END = 64
"""More bytes than stand behind the last batch: Arrow's mark of the end has eight."""


class Output(io.RawIOBase):
    """The process's output as a file that Arrow reads. Its last bytes are given out only when the process has ended well."""

    def __init__(self, process: Process) -> None:
        self.process = process

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self.closed:
            raise ValueError("the reader is closed")
        stdout = self.process.stdout
        if stdout.closed:  # it was read to its end
            return b""
        data = stdout.read(size)
        self.process.tell()
        if len(data) < size or (len(data) <= END and not stdout.peek(1)):
            self.process.finish()
        return data

    def close(self) -> None:
        if not self.closed:
            super().close()
            self.process.close()


class Reader(pa.ipc.RecordBatchStreamReader):
    """Reads as any RecordBatchReader does. Closing it, or letting go of it, ends the process."""

    def __init__(self, process: Process) -> None:
        self._output = Output(process)
        try:
            super().__init__(pa.PythonFile(self._output, mode="r"))
        except BaseException:
            self._output.close()
            raise

    @property
    def pid(self) -> int:
        """The process that converts."""
        return self._output.process.pid

    def close(self) -> None:
        super().close()
        self._output.close()

    def __exit__(self, *_: Any) -> None:
        self.close()
