"""An array that grows without a copy of what it has, where the system moves pages."""

from __future__ import annotations

import mmap
import sys
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

MOVES = sys.platform == "linux"
"""mremap(2): memory that has not been written to takes no place, and what has is moved by its pages."""


class Grown:
    """Takes arrays of one dtype, and of one shape but for their rows, and is one of all their rows at the end."""

    def __init__(self, first: Array) -> None:
        self._like = first
        self._end = 0
        self._memory: mmap.mmap | None = None
        self._parts: list[Array] = []
        self.add(first)

    def add(self, part: Array) -> None:
        if not MOVES:
            self._parts.append(part)
            return
        end = self._end + part.nbytes
        if self._memory is None:
            self._memory = mmap.mmap(-1, max(2 * end, mmap.PAGESIZE), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        elif len(self._memory) < end:
            self._memory.resize(2 * end)
        # a view would keep the memory from growing
        np.frombuffer(self._memory, self._like.dtype, part.size, self._end)[:] = part.reshape(-1)
        self._end = end

    def whole(self) -> Array:
        if self._memory is None:
            return np.concatenate(self._parts)
        dtype = self._like.dtype
        return np.frombuffer(self._memory, dtype, self._end // dtype.itemsize).reshape(-1, *self._like.shape[1:])
