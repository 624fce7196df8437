#!/usr/bin/env bash
# fastparquet 2026.9.0 (PyPI) writes a pandas timedelta64 as Parquet's TIME in microseconds, which is a time of day. fastparquet itself reads
# timedeltas again, as it has noted them in the file. Others see times: pyarrow 26.0.1 has time64 with values that no day has, pandas 3.1.1 (which
# reads with pyarrow) raises ValueError, and polars 2.1.0 gives null for every one of 24 hours and more, and below zero, without a word. One would
# expect a whole number, as Parquet has no type for a duration and as pyarrow writes one, or an error where the file is written.
# Seen with Python 3.11 and numpy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet fastparquet==2026.9.0 pandas==3.1.1 pyarrow==26.0.1 polars==2.1.0 numpy==2.4.6
cat > run.py <<'EOF'
import sys
import fastparquet
import pandas
import polars
import pyarrow.parquet

frame = pandas.DataFrame({"t": pandas.to_timedelta(["1h", "30h", "-1h"])})
fastparquet.write("t.parquet", frame)
try:
    with_pandas = str(pandas.read_parquet("t.parquet"))
except ValueError as error:
    with_pandas = str(error)
found = {
    "pyarrow's dtype": str(pyarrow.parquet.read_schema("t.parquet").field("t").type),
    "polars' nulls": polars.read_parquet("t.parquet")["t"].is_null().to_list(),
    "pandas": with_pandas,
    "fastparquet": fastparquet.ParquetFile("t.parquet").to_pandas()["t"].tolist() == frame["t"].tolist(),
}
seen = {"pyarrow's dtype": "time64[us]", "polars' nulls": [False, True, True], "pandas": "hour must be in 0..23", "fastparquet": True}
print(found)
if found != seen:
    sys.exit("this has changed")
EOF
python/bin/python run.py
