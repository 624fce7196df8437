#!/usr/bin/env bash
# pyarrow 26.0.1 (PyPI): a table of one row, whose column is a list of booleans, written with data pages of version 2 and a page size of 64 bytes
# is read by pyarrow as no rows at all, without an error, though the footer says one. DuckDB 2.0.1 reads the row. Lists of whole numbers, pages of version 1,
# larger pages and tables of two rows come back whole. One would expect the row, or an error.
# Seen with Python 3.11 and numpy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet pyarrow==26.0.1 duckdb==2.0.1 numpy==2.4.6
cat > run.py <<'EOF'
import sys
import duckdb
import pyarrow
import pyarrow.parquet

def rows(value, rows, version, size):
    """Of a table with so many equal rows: what the footer, pyarrow and DuckDB say."""
    table = pyarrow.table({"a": pyarrow.array([[value] * 1000] * rows)})
    pyarrow.parquet.write_table(table, "a.parquet", data_page_version=version, data_page_size=size)
    [(others,)] = duckdb.sql("select count(a) from 'a.parquet'").fetchall()
    return pyarrow.parquet.read_metadata("a.parquet").num_rows, pyarrow.parquet.read_table("a.parquet").num_rows, others

SEEN = {
    (True, 1, "2.0", 64): (1, 0, 1),
    (True, 1, "2.0", 1 << 20): (1, 1, 1),
    (True, 1, "1.0", 64): (1, 1, 1),
    (True, 2, "2.0", 64): (2, 2, 2),
    (7, 1, "2.0", 64): (1, 1, 1),
}
for case, seen in SEEN.items():
    found = rows(*case)
    print(case, "->", found)
    if found != seen:
        sys.exit("this has changed")
EOF
python/bin/python run.py
