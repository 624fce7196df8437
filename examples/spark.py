"""The pieces that transload cut a payload into, as one Spark DataFrame; and a Parquet file of it.

    transload convert rows.json -t jsonl --max-rows 100000 -o 'pieces/part-{00000}.jsonl'
    transload convert rows.json -o pieces/rows.parquet
    python spark.py pieces
"""

import json
import sys
from pathlib import Path

from pyspark.sql import SparkSession


def main(folder: Path) -> None:
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    pieces = spark.read.json(str(folder / "part-*.jsonl"))
    # the manifest says how many rows there must be: a piece that got lost on the way is noticed
    manifest = json.loads((folder / "manifest.json").read_text())
    rows = sum(piece["rows"] for piece in manifest)
    if pieces.count() != rows:
        sys.exit(f"{pieces.count()} rows in the pieces, and {rows} in the manifest")
    print(json.dumps({"rows": rows, "pieces": dict(pieces.dtypes), "means": means(pieces)}))
    whole = spark.read.parquet(str(folder / "rows.parquet"))
    print(json.dumps({"rows": whole.count(), "parquet": dict(whole.dtypes), "means": means(whole)}))


def means(frame) -> dict:
    """The mean of every column of numbers."""
    names = [name for name, dtype in frame.dtypes if dtype in ("bigint", "double")]
    found = frame.groupBy().mean(*names).first()
    return {name: found[f"avg({name})"] for name in names}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
