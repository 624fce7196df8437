#!/usr/bin/env bash
# A compressed CSV becomes a compressed payload for MLflow, and then requests of ten rows; nothing is held in memory.
#   examples/pipe.sh rows.csv.gz out/
set -euo pipefail

gunzip -c "$1" | transload convert -f csv -t mlflow:split | gzip > "$2/payload.json.gz"
transload convert "$2/payload.json.gz" -t databricks --max-rows 10 -o "$2/requests/part-{0000}.json"
transload convert "$2/payload.json.gz" -t parquet -o "$2/rows.parquet"
