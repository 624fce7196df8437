"""A model that predicts what it was given: one JSON text that tells type, dtypes and every cell of its input.

MLflow loads this file as the model's code. Run as a program it saves the models that the servers serve:
    python reporter.py FOLDER
"""

import json
import struct
import sys
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import ModelSignature, set_model
from mlflow.pyfunc import PythonModel
from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema, TensorSpec


def cell(value):
    """A scalar as text that no JSON reader on the way back can round: floats by their bits."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return "float nan" if value != value else "float " + struct.pack(">d", value).hex()
    if isinstance(value, pd.Timestamp):
        return "time " + value.isoformat()
    if isinstance(value, (dict, list, tuple, np.ndarray)):
        return {"nested": report(value)}
    return "None" if value is None else f"{type(value).__name__} {value}"


def report(given):
    if isinstance(given, pd.DataFrame):
        # by position, because two columns may share a name
        columns = [given.iloc[:, i] for i in range(given.shape[1])]
        return {
            "type": "DataFrame",
            "rows": given.shape[0],
            "index": [cell(label) for label in given.index],
            "columns": [
                {"name": cell(name), "dtype": str(column.dtype), "cells": [cell(value) for value in column.tolist()]}
                for name, column in zip(given.columns, columns)
            ],
        }
    if isinstance(given, np.ndarray):
        return {
            "type": "ndarray",
            "dtype": str(given.dtype),
            "shape": list(given.shape),
            "cells": [cell(value) for value in given.ravel().tolist()],
        }
    if isinstance(given, dict):
        return {"type": "dict", "members": {name: report(value) for name, value in given.items()}}
    if isinstance(given, (list, tuple)):
        return {"type": type(given).__name__, "items": [report(value) for value in given]}
    return {"type": "scalar", "value": cell(given)}


class Reporter(PythonModel):
    def predict(self, context, model_input, params=None):
        return [json.dumps({"given": report(model_input), "params": params})]


set_model(Reporter())


def signature(inputs, params=None):
    # outputs, too: MLServer's runtime looks at them without asking whether there are any
    return ModelSignature(Schema(inputs), Schema([ColSpec("string", "report")]), params)


def main(folder):
    models = {
        "plain": None,
        # cells that a ColSpec can name; `unsigned`, `mixed` and `flag_gap` have no type there and are dropped on arrival
        "columns": signature(
            [
                ColSpec("long", "whole"),
                ColSpec("double", "point"),
                ColSpec("double", "digits"),
                ColSpec("float", "single"),
                ColSpec("long", "wide"),
                ColSpec("string", "text"),
                ColSpec("string", "look"),
                ColSpec("string", "created_at"),
                ColSpec("boolean", "flag"),
                ColSpec("string", "text_gap", required=False),
                ColSpec("double", "float_gap"),
                ColSpec("double", "float_nan"),
                ColSpec("double", "whole_gap"),
            ],
            ParamSchema([ParamSpec("threshold", "double", 0.5)]),
        ),
        "tensor": signature([TensorSpec(np.dtype("float64"), (-1, 3))]),
        "named": signature(
            [
                TensorSpec(np.dtype("int64"), (-1,), "ids"),
                TensorSpec(np.dtype("float32"), (-1, 2), "points"),
            ]
        ),
    }
    for name, signed in models.items():
        # no pip requirements: the server runs in this very environment, and inferring them takes a minute
        mlflow.pyfunc.save_model(folder / name, python_model=__file__, signature=signed, pip_requirements=[])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
