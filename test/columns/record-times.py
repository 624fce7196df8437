"""Writes times.json beside it: how pandas writes times of each unit, and what MLflow's server makes of such texts for a datetime.

pip install mlflow==3.17.2 pandas==3.1.1
python record-times.py
"""

import json
import logging
import os
import warnings

import numpy as np
import pandas as pd
from mlflow.models.utils import _enforce_schema
from mlflow.pyfunc.scoring_server import infer_and_parse_data
from mlflow.types import ColSpec, Schema

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

# Nanoseconds since 1970: whole seconds beside parts of one, before 1970 and behind it.
TIMES = [1577934245 * 10**9, 1577934245_500_000_000, -500_000_000, 0, 951782400_001_000_000, 951782399_000_001_000, 1_000_000_001]
PER = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
SCHEMA = Schema([ColSpec("datetime", "at")])


def by_pandas(values, unit):
    frame = pd.DataFrame({"at": np.array(values).astype(f"datetime64[{unit}]")})
    return [text for [text] in json.loads(frame.to_json(orient="split", date_format="iso", date_unit=unit))["data"]]


def by_mlflow(body):
    """Nanoseconds, as the model gets them; None where the server refuses."""
    try:
        frame = _enforce_schema(infer_and_parse_data(body, SCHEMA), SCHEMA)
    except Exception:
        return None
    return [str(time) for time in frame["at"].to_numpy().astype("datetime64[ns]").astype("int64")]


def answers(texts):
    return {
        "split": by_mlflow({"dataframe_split": {"columns": ["at"], "data": [[text] for text in texts]}}),
        "records": by_mlflow({"dataframe_records": [{"at": text} for text in texts]}),
    }


def trimmed(text):
    return text.rstrip("0").rstrip(".") if "." in text else text


facts = []
for unit, per in PER.items():
    values = [time // per for time in TIMES]
    texts = by_pandas(values, unit)
    facts.append({"unit": unit, "values": [str(value) for value in values], "texts": texts, **answers(texts)})
    if unit != "s":
        assert set(answers([trimmed(text) for text in texts]).values()) == {None}, "MLflow takes texts of several lengths again"

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "times.json"), "w") as out:
    out.write("[\n" + ",\n".join(json.dumps(fact) for fact in facts) + "\n]\n")
