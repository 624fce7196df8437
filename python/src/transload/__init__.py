"""Scoring payloads of any size, streamed into Arrow, NumPy, pandas and other servers' formats.

The work is done by transload's command line, which comes with the package and runs in Node, in a process of its own: bytes go in, Arrow or
bytes come out, and neither side holds more of them than it is working on.
"""

from ._convert import convert, split
from ._errors import TransloadError, TransloadWarning
from ._inspect import inspect, verdict
from ._read import read, read_numpy
from ._score import score
from ._version import __version__
from ._write import write

__all__ = [
    "TransloadError",
    "TransloadWarning",
    "__version__",
    "convert",
    "inspect",
    "read",
    "read_numpy",
    "score",
    "split",
    "verdict",
    "write",
]
