"""A split's columns added up in Spark: read by transload, or by Spark's own JSON and an explode(). Tells the seconds and the sums, or the error."""

import json
import os
import sys
import time
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

given = json.loads(sys.argv[1])
path = given["input"]
os.environ["PYSPARK_PYTHON"] = sys.executable


def by_transload(spark, path, partitions):
    df = spark.read.format("transload").option("partitions", str(partitions)).load(path)
    return df.agg(*[F.sum(name) for name in df.columns])


def by_spark(spark, path, _):
    rows = spark.read.option("multiLine", True).json(path).select(F.explode("input_data.data").alias("row"))
    return rows.agg(*[F.sum(F.col("row")[i].cast("double")) for i in range(given["columns"])])


spark = (
    SparkSession.builder.master(f"local[{given['cores']}]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.memory", "3g")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.sql.shuffle.partitions", "1")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("OFF")
work = by_spark if given["how"] == "spark" else by_transload
if given["how"] != "spark":
    import transload.spark

    transload.spark.register(spark)
small = Path(path).with_name("spark-warm.json")
row = [1.5] * given["columns"]
small.write_text(json.dumps({"input_data": {"columns": [f"c{i}" for i in range(given["columns"])], "data": [row] * 1000}}))
for _ in range(2):
    work(spark, str(small), given["cores"]).collect()
started = time.perf_counter()
try:
    sums = [float(cell) for cell in work(spark, path, given["cores"]).collect()[0]]
    report = {"seconds": time.perf_counter() - started, "check": " ".join(f"{cell:.6g}" for cell in sums)}
except Exception as error:  # what Spark cannot read is a result, too
    report = {"seconds": time.perf_counter() - started, "error": str(error).splitlines()[0]}
print(json.dumps(report))
