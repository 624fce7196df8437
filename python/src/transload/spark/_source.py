"""The data source ``transload``."""

from __future__ import annotations

from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql.datasource import DataSource, DataSourceReader, DataSourceStreamReader, DataSourceWriter
from pyspark.sql.types import StructType

from ._read import Reader, StreamReader, schema_of
from ._write import Writer


class TransloadSource(DataSource):
    """Reads and writes payloads: options are those of ``transload convert``, and ``partitions``, how many tasks share a file's rows."""

    _inferred = False
    """Whether Spark asked for the schema, as nobody gave one. It is pickled with the instance."""

    @classmethod
    def name(cls) -> str:
        return "transload"

    def schema(self) -> StructType:
        self._inferred = True
        return schema_of(self.options)

    def reader(self, schema: StructType) -> DataSourceReader:
        return Reader(self.options, schema, self._inferred)

    def streamReader(self, schema: StructType) -> DataSourceStreamReader:
        return StreamReader(self.options, schema, self._inferred)

    def writer(self, schema: StructType, overwrite: bool) -> DataSourceWriter:
        return Writer(self.options, overwrite)


def register(spark: SparkSession) -> None:
    """Makes ``format("transload")`` known to the session. The package must be installed on the executors, too."""
    sources: Any = spark.dataSource
    sources.register(TransloadSource)
