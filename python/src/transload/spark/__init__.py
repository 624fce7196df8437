"""Payloads in Spark: ``spark.read.format("transload")``, ``df.write.format("transload")``, ``spark.readStream`` and scoring.

Each task starts transload's command line for its own share of the rows; pyspark 4 is needed, in which data sources may be written in Python.
"""

from ._score import score
from ._source import TransloadSource, register

__all__ = ["TransloadSource", "register", "score"]
