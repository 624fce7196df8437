"""A payload as NumPy's arrays, or a DataFrame: by transload, by orjson, by pandas. Tells the seconds, with `check` a sum, with `peak` bytes."""

import json
import sys
import time
from pathlib import Path

import numpy as np

given = json.loads(sys.argv[1])
how, path = given["how"], given["input"]


def by_transload():
    return transload.read_numpy(path, dtype="float64", index="drop") if how == "transload" else transload.read(path, index="drop").read_pandas()


def by_orjson():
    return np.array(orjson.loads(Path(path).read_bytes())["input_data"], dtype="float64")


def by_pandas():
    return pandas.read_json(path, orient="split")


def check_of(result):
    """The sum of all cells in the order of the text."""
    if isinstance(result, np.ndarray):
        rows = result.reshape(len(result), -1)
    else:
        rows = np.column_stack([np.asarray(result[name], dtype="float64") for name in result])
    return f"{rows.shape[0]} rows, {rows.size} cells, sum {np.add.accumulate(rows.ravel())[-1]!r}".replace("np.float64(", "").replace(")", "")


class Peak:
    """The most that this process had, and the most that one below it had, in bytes, without what was there at the start.

    Linux keeps the first itself: a thread that looks would not be let in while a document is parsed.
    """

    def __init__(self):
        import threading

        self.below = 0
        self.over = threading.Event()
        self.own = psutil.Process()
        self.start = self.own.memory_info().rss
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self):
        while not self.over.wait(0.005):
            for process in self.own.children():
                try:
                    self.below = max(self.below, process.memory_info().rss)
                except psutil.Error:
                    pass

    def end(self):
        self.over.set()
        self.thread.join()
        status = Path("/proc/self/status").read_text()
        most = int(status.split("VmHWM:")[1].split()[0]) * 1024
        return most - self.start + self.below


if how.startswith("transload"):
    import pyarrow  # noqa: F401
    import transload
else:
    orjson = __import__("orjson")
if how in ("pandas", "transload to pandas"):
    import pandas
if given.get("peak"):
    import psutil
work = {"transload": by_transload, "transload to pandas": by_transload, "orjson": by_orjson, "pandas": by_pandas}[how]
peak = Peak() if given.get("peak") else None
started = time.perf_counter()
result = work()
seconds = time.perf_counter() - started
report = {"seconds": seconds}
if peak:
    report["peak"] = peak.end()
if given.get("check"):
    report["check"] = check_of(result)
print(json.dumps(report))
