"""Asks MLflow and Azure ML's input parsing what they make of every kind of cell in every type. Prints their answers as JSON:
a row of letters for each question. `npm run record` runs this beside each of the releases in versions.json.

MLflow is asked through its scoring server's own functions and pyfunc's schema enforcement. Azure ML's scoring script for
MLflow models (azureml-assets, mlflow_score_script.py) is not a package; what it does with input_data is repeated here with
the parameter types of inference-schema that it uses. It hands pandas the text itself.
"""
import base64
import json
import logging
import math
import os
import re
import tempfile
import warnings
from datetime import datetime
from io import BytesIO, StringIO

import mlflow.pyfunc
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import _deserialize_input_argument
from mlflow.models.utils import _enforce_schema
from mlflow.pyfunc import scoring_server
from mlflow.pyfunc.scoring_server import infer_and_parse_data, parse_csv_input
from mlflow.types.schema import Schema

warnings.filterwarnings("ignore")
OWN = tempfile.TemporaryDirectory()  # MLflow keeps its books where it runs, if nobody says where
os.environ["MLFLOW_TRACKING_URI"] = f"file:{OWN.name}"
os.environ["_MLFLOW_IS_IN_SERVING_ENVIRONMENT"] = "true"  # as its server sets it: models with type hints then read base64 and dates
logging.disable(logging.CRITICAL)

# ---- the servers


def enforced(data, schema):
    return data if schema is None else _enforce_schema(data, schema)


def mlflow_json(body, schema):
    return enforced(infer_and_parse_data(json.loads(body), schema), schema)


def csv(text, schema):
    return enforced(parse_csv_input(StringIO(text), schema), schema)


def zeros(spec):
    shape = [1 if i == 0 and n == -1 else n for i, n in enumerate(spec.shape)]
    return np.zeros(tuple(shape), dtype=spec.type)


def parameter(schema):
    if schema.is_tensor_spec():
        if not schema.has_input_names():
            return NumpyParameterType(zeros(schema.inputs[0]), enforce_shape=False)
        return StandardPythonParameterType({s.name: NumpyParameterType(zeros(s), enforce_shape=False) for s in schema.inputs})
    types = dict(zip(schema.input_names(), schema.pandas_types()))
    return PandasParameterType(pd.DataFrame(columns=schema.input_names()).astype(types), enforce_shape=False, orient="split")


def azureml(body, schema):
    body = json.loads(body)
    if "input_data" not in body:
        raise ValueError("A value is not provided for the 'input_data' parameter.")
    data = body["input_data"]
    if schema is not None:
        data = _deserialize_input_argument(data, parameter(schema), "input_data")
    arrays = isinstance(data, dict) and data and isinstance(next(iter(data.values())), np.ndarray)
    if not arrays and not isinstance(data, (np.ndarray, pd.DataFrame)):
        if isinstance(data, str):
            data = json.loads(data)
        if "input_data" in data:
            data = data["input_data"]
        if isinstance(data, list):
            data = np.asarray(data)
        elif {"columns", "index", "data"} <= data.keys():
            data = pd.read_json(json.dumps(data), orient="split", dtype=False)
        else:
            data = {name: np.asarray(value) for name, value in data.items()}
    return enforced(data, schema)


def ask(server, body, schema):
    """What the model would be given; None where the server refuses."""
    try:
        schema = None if schema is None else Schema.from_json(json.dumps(schema))
        with np.errstate(all="ignore"):
            return server(body, schema)
    except Exception:  # every one of them is an error to the caller
        return None


# ---- every kind of cell

CELLS = {
    "int": ["5", "-3"],
    "bits": ["0", "1"],
    "negative": ["-1"],
    "byte": ["200"],
    "17 bits": ["70000"],
    "33 bits": ["2147483649"],
    "34 bits": ["4294967297"],
    "54 bits": ["9007199254740993"],
    "64 bits": ["9223372036854775809"],
    "64 bits and negative": ["9223372036854775809", "-1"],
    "65 bits": ["18446744073709551617"],
    "65 bits, negative": ["-9223372036854775809"],
    "whole": ["1.0", "2.0"],
    "fraction": ["1.5"],
    "int and float": ["1", "1.5"],
    "huge": ["1e300"],
    "nan": ["1.5", "NaN"],
    "infinity": ["Infinity"],
    "int and nan": ["1", "NaN"],
    "int and null": ["1", "null"],
    "float and null": ["1.5", "null"],
    "null": ["null"],
    "text": ['"abc"'],
    "digits": ['"1"'],
    "decimal": ['"1.5"'],
    "false": ['"false"'],
    "empty": ['""'],
    "NA": ['"NA"', '"abc"'],
    "date": ['"2020-01-02"', '"2021-01-02"'],
    "time": ['"2020-01-02T03:04:05"'],
    "zoned": ['"2020-01-02T03:04:05Z"'],
    "base64": ['"dGVzdA=="'],
    "unpadded": ['"abcde"'],
    "junk": ['"dGV-zdA=="'],
    "foreign": ['"é"'],
    "text and null": ['"abc"', "null"],
    "date and null": ['"2020-01-02"', "null"],
    "text and int": ['"abc"', "1"],
    "bool": ["true", "false"],
    "bool and null": ["true", "null"],
    "bool and int": ["true", "2"],
    "bool and text": ["true", '"x"'],
    "list": ["[1,2]"],
    "object": ['{"a":1}'],
    "nothing": [],
    "seconds": ["1577836800"],
    "seconds and more": ["1577836800", "5"],
    "milliseconds": ["1577836800000"],
    "seconds and null": ["1577836800", "null"],
    "seconds and a half": ["1577836800.5"],
    "zoned and not": ['"2020-01-02T03:04:05+02:00"', '"2020-01-02T03:04:05"'],
    "date and text": ['"2020-01-02"', '"x"'],
    "date and time": ['"2020-01-02"', '"2020-01-02T03:04:05"'],
    "time and fraction": ['"2020-01-02T03:04:05"', '"2020-01-02T03:04:05.5"'],
    "fractions": ['"2020-01-02T03:04:05.5"', '"2020-01-02T03:04:05.123456"'],
    "minutes": ['"2020-01-02T03:04"', '"2021-01-02T03:05"'],
    "minutes and seconds": ['"2020-01-02T03:04"', '"2020-01-02T03:04:05"'],
    "blank and T": ['"2020-01-02 03:04:05"', '"2020-01-02T03:04:05"'],
    "time and null": ['"2020-01-02T03:04:05"', "null"],
    "far": ['"9999-12-31"'],
    "early": ['"1600-01-01"'],
    "first": ['"1677-09-21T00:12:44"'],
    "last": ['"2262-04-11T23:47:16"'],
    "behind the last": ['"2262-04-11T23:47:17"'],
    "no day": ['"2021-02-30"'],
    "year and month": ['"2020-01"'],
    "day of digits": ['"20240102"'],
    "hour": ['"12:30"'],
    "words of a date": ['"Jan 2 2020"'],
    "true": ["true"],
    "NaT": ['"NaT"', '"2020-01-02"'],
    "half a surrogate pair": ['"\\ud800"'],
    "18 digits": ["0.123456789012345678"],
    "63 bits and float": ["9223372036854775807", "1.0"],
    "54 bits and float": ["9007199254740993", "1.0"],
    "4301 digits": ["1" * 4301],
}
SCALARS = ["boolean", "integer", "long", "float", "double", "string", "binary", "datetime"]
DTYPES = ["bool", "int8", "uint8", "int32", "int64", "uint64", "float32", "float64", "str", "object"]


def value_of(cell):
    """What was sent. Python refuses whole numbers of more than 4,300 digits; for them infinity stands."""
    return json.loads(cell, parse_int=lambda digits: int(digits) if len(digits) < 4300 else math.inf)


def field(cell):
    """A cell in a CSV file; None for what cannot be there."""
    value = value_of(cell)
    if isinstance(value, (list, dict)):
        return None
    return "" if value is None else value if isinstance(value, str) else cell


def rows(cells):
    return "[" + ",".join(f"[{cell}]" for cell in cells) + "]"


def index(cells):
    return json.dumps(list(range(len(cells))))


COLUMN_FORMS = {
    "mlflow:split": (mlflow_json, lambda name, cells: f'{{"dataframe_split":{{"columns":["{name}"],"data":{rows(cells)}}}}}'),
    "mlflow:inputs": (mlflow_json, lambda name, cells: f'{{"inputs":{{"{name}":[{",".join(cells)}]}}}}'),
    "mlflow:instances": (mlflow_json, lambda name, cells: f'{{"instances":{{"{name}":[{",".join(cells)}]}}}}'),
    "azureml:split": (azureml, lambda name, cells: f'{{"input_data":{{"columns":["{name}"],"index":{index(cells)},"data":{rows(cells)}}}}}'),
}
TENSOR_FORMS = {
    "mlflow:inputs": (mlflow_json, False, lambda cells: f'{{"inputs":[{",".join(cells)}]}}'),
    "azureml:tensor": (azureml, False, lambda cells: f'{{"input_data":[{",".join(cells)}]}}'),
    "azureml:named": (azureml, True, lambda cells: f'{{"input_data":{{"a":[{",".join(cells)}]}}}}'),
    "mlflow:split": (mlflow_json, True, lambda cells: f'{{"dataframe_split":{{"columns":["a"],"data":{rows(cells)}}}}}'),
}


def same(given, sent, type_):
    """Whether the model is given what was sent, in the column's type: the same number, text, bytes or date."""
    if type_ in ("string", "binary") and not isinstance(sent, (str, type(None))):
        return False
    if sent is None:
        return given is None if type_ in ("string", "str", "binary", "object") else given is None or given is pd.NaT or (isinstance(given, float) and math.isnan(given))
    if type_ in ("boolean", "bool") and type(sent) is int and sent in (0, 1):
        return given == sent
    if isinstance(sent, bool) or isinstance(given, (bool, np.bool_)):
        return isinstance(sent, bool) and isinstance(given, (bool, np.bool_)) and sent == given
    if isinstance(sent, float) and math.isnan(sent):
        return isinstance(given, float) and math.isnan(given)
    if isinstance(sent, (int, float)):
        if not isinstance(given, (int, float)):
            return False
        close = type_ in ("float", "float32") and isinstance(sent, float)
        return math.isclose(given, sent, rel_tol=1e-6) if close else given == sent
    if type_ == "binary":
        return isinstance(given, bytes) and base64.b64encode(given).decode() == sent
    if type_ == "datetime":
        if type(given) is datetime:  # as type hints have it
            return isinstance(sent, str) and given == datetime.fromisoformat(sent)
        given = given if isinstance(given, pd.Timestamp) else pd.NaT
        return isinstance(sent, str) and given == pd.to_datetime(sent, errors="coerce", format="ISO8601")
    return type(given) is type(sent) and given == sent


def answer(given, cells, type_):
    """r for refused, s for the same, c for changed."""
    if given is None:
        return "r"
    if isinstance(given, dict):
        given = next(iter(given.values()))
    if isinstance(given, list):
        given = np.asarray(given, dtype=object)
    values = (given.iloc[:, 0] if isinstance(given, pd.DataFrame) else given).tolist()
    sent = [value_of(cell) for cell in cells]
    return "s" if len(values) == len(sent) and all(same(g, s, type_) for g, s in zip(values, sent)) else "c"


def columns(name):
    out = {}
    for form, (server, body) in COLUMN_FORMS.items():
        out[form] = {}
        for type_ in SCALARS:
            schema = [{"name": name, "type": type_}]
            out[form][type_] = "".join(answer(ask(server, body(name, cells), schema), cells, type_) for cells in CELLS.values())
    return out


UNNAMED_FORMS = {
    "mlflow:split": (mlflow_json, lambda cells: COLUMN_FORMS["mlflow:split"][1]("a", cells)),
    "mlflow:inputs": (mlflow_json, lambda cells: f'{{"inputs":[{",".join(cells)}]}}'),
    "azureml:split": (azureml, lambda cells: COLUMN_FORMS["azureml:split"][1]("a", cells)),
}


def unnamed():
    out = {}
    for form, (server, body) in UNNAMED_FORMS.items():
        asked = {t: [answer(ask(server, body(cells), [{"type": t}]), cells, t) for cells in CELLS.values()] for t in SCALARS}
        out[form] = {type_: "".join(letters) for type_, letters in asked.items()}
    return out


def delimited():
    out = {}
    for type_ in SCALARS:
        letters = ""
        for cells in CELLS.values():
            fields = [field(cell) for cell in cells]
            if None in fields:
                letters += "-"
                continue
            text = "a,b\n" + "".join(f"{cell},x\n" for cell in fields)
            schema = [{"name": "a", "type": type_}, {"name": "b", "type": "string"}]
            letters += "r" if ask(csv, text, schema) is None else "a"
        out[type_] = letters
    return out


def untyped():
    """Without a signature; a list that is empty stays one."""
    forms = {form: (server, body) for form, (server, _, body) in TENSOR_FORMS.items()}
    forms["azureml:split"] = (azureml, lambda cells: COLUMN_FORMS["azureml:split"][1]("a", cells))
    forms["dates"] = (azureml, lambda cells: COLUMN_FORMS["azureml:split"][1]("made_at", cells))
    return {form: "".join(answer(ask(server, body(cells), None), cells, "object") for cells in CELLS.values()) for form, (server, body) in forms.items()}


def tensors():
    out = {}
    for form, (server, named, body) in TENSOR_FORMS.items():
        out[form] = {}
        for dtype in DTYPES:
            schema = [{**({"name": "a"} if named else {}), "type": "tensor", "tensor-spec": {"dtype": dtype, "shape": [-1]}}]
            out[form][dtype] = "".join(answer(ask(server, body(cells), schema), cells, dtype) for cells in CELLS.values())
    return out


# ---- Parquet files

STORED = {
    **{name: getattr(pa, name)() for name in ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"]},
    "bool": pa.bool_(),
    "string": pa.string(),
    "bytes": pa.binary(),
    "datetime64[ms]": pa.timestamp("ms"),
    "datetime64[us]": pa.timestamp("us"),
    "datetime64[ns]": pa.timestamp("ns"),
    "datetime64[us, UTC]": pa.timestamp("us", "UTC"),
    "datetime64[D]": pa.date32(),
}
STORED_CELLS = {"float": [1.5, 2.0], "int": [5, 7], "uint": [5, 7], "bool": [True, False], "string": ["dGVzdA==", "AAAA"], "bytes": [b"a", b"b"], "datetime": [10, 20]}


def stored():
    """By dtype: a letter for each type, of a column without nulls, of one with, and of zeros and ones."""
    out = {}
    for name, type_ in STORED.items():
        cells = STORED_CELLS[re.match("[a-z]+", name)[0]]
        out[name] = {}
        columns = {"whole": cells, "null": [cells[0], None]}
        if "int" in name:
            columns["bits"] = [0, 1]
        for what, values in columns.items():
            values = [np.float16(v) for v in values] if name == "float16" and None not in values else values
            file = BytesIO()
            try:
                pq.write_table(pa.table({"a": pa.array(values, type_)}), file)
            except (TypeError, pa.ArrowException):
                continue
            given = pd.read_parquet(BytesIO(file.getvalue()))
            out[name][what] = "".join("r" if ask(lambda data, schema: enforced(data, schema), given.copy(), [{"name": "a", "type": t, "required": True}]) is None else "a" for t in SCALARS)
    return out


# ---- models with type hints

HINTS = {
    "list[bool]": (list[bool], "boolean"),
    "list[int]": (list[int], "long"),
    "list[float]": (list[float], "double"),
    "list[str]": (list[str], "string"),
    "list[bytes]": (list[bytes], "binary"),
    "list[datetime]": (list[datetime], "datetime"),
}
HINT_FORMS = {
    "mlflow:split": lambda cells: COLUMN_FORMS["mlflow:split"][1]("a", cells),
    "mlflow:inputs": lambda cells: f'{{"inputs":[{",".join(cells)}]}}',
    "mlflow:instances": lambda cells: f'{{"instances":[{",".join(cells)}]}}',
}


def hinted(hint):
    """A model whose signature MLflow makes of the hint."""

    class Model(mlflow.pyfunc.PythonModel):
        def predict(self, model_input: hint, params=None):
            return [model_input]

    with tempfile.TemporaryDirectory() as folder:
        mlflow.pyfunc.save_model(f"{folder}/m", python_model=Model(), pip_requirements=[])
        return mlflow.pyfunc.load_model(f"{folder}/m")


def hints():
    out = {}
    for name, (hint, type_) in HINTS.items():
        model = hinted(hint)

        def server(body, _):
            return model.predict(scoring_server._parse_json_data(body, model.metadata, model.metadata.get_input_schema()).data)[0]

        out[name] = {form: "".join(answer(ask(server, body(cells), None), cells, type_) for cells in CELLS.values()) for form, body in HINT_FORMS.items()}
    return out


# ---- every shape of payload


def column(name, type_="long", **more):
    return {"name": name, "type": type_, **more}


def tensor(shape, name=None, dtype="float64"):
    return {**({"name": name} if name else {}), "type": "tensor", "tensor-spec": {"dtype": dtype, "shape": shape}}


SCHEMAS = {
    "none": None,
    "a b": [column("a"), column("b")],
    "a": [column("a")],
    "text a": [column("a", "string")],
    "0 1": [column("0"), column("1")],
    "two": [{"type": "long"}, {"type": "long"}],
    "one": [{"type": "long"}],
    "a, perhaps b": [column("a"), column("b", required=False)],
    "a list": [column("a", "array", items={"type": "long"}, required=True)],
    "an object": [column("a", "object", properties={"x": {"type": "long", "required": True}}, required=True)],
    "any": [column("a", "any", required=True)],
    "(-1, 2)": [tensor([-1, 2])],
    "(-1,)": [tensor([-1])],
    "(2, 2)": [tensor([2, 2])],
    "(-1, 3)": [tensor([-1, 3])],
    "()": [tensor([])],
    "(-1, -1)": [tensor([-1, -1])],
    "(-1, 2, 2)": [tensor([-1, 2, 2])],
    "a (-1,) b (-1,)": [tensor([-1], "a"), tensor([-1], "b")],
    "a (-1, 2)": [tensor([-1, 2], "a")],
    "a (-1,)": [tensor([-1], "a")],
    "a (-1, 1) b (-1, 1)": [tensor([-1, 1], "a"), tensor([-1, 1], "b")],
}
SPLITS = [
    '{"columns":["a","b"],"index":[0,1],"data":[[1,2],[3,4]]}',
    '{"columns":["b","a"],"index":[0,1],"data":[[1,2],[3,4]]}',
    '{"columns":["a","b","z"],"index":[0,1],"data":[[1,2,9],[3,4,9]]}',
    '{"columns":["a"],"index":[0,1],"data":[[1],[3]]}',
    '{"columns":["a","b"],"data":[[1,2],[3,4]]}',
    '{"columns":["a","b"],"index":null,"data":[[1,2],[3,4]]}',
    '{"index":[0,1],"data":[[1,2],[3,4]]}',
    '{"columns":null,"index":[0,1],"data":[[1,2],[3,4]]}',
    '{"data":[[1,2],[3,4]]}',
    '{"columns":["0","1"],"index":[0,1],"data":[[1,2],[3,4]]}',
    '{"columns":[0,1],"index":[0,1],"data":[[1,2],[3,4]]}',
    '{"columns":["a","b"],"index":[],"data":[]}',
    '{"columns":["a"],"index":[0,1],"data":[[[1,2]],[[3,4]]]}',
    '{"columns":["a","a"],"index":[0,1],"data":[[1,2],[3,4]]}',
    '{"columns":["a"],"index":[0,1],"data":[1,2]}',
]
OTHERS = [
    "[[1,2],[3,4]]",
    "[1,2]",
    "[[1],[2]]",
    "[[[1,2],[3,4]],[[5,6],[7,8]]]",
    "[]",
    '[{"a":1,"b":2},{"a":3,"b":4}]',
    "["*65 + "1" + "]"*65,
    "5",
    "null",
    '{"a":[1,2],"b":[3,4]}',
    '{"a":[1,2]}',
    '{"a":[1,2],"b":[3,4],"z":[5,6]}',
    '{"a":[1,2],"b":[3]}',
    '{"a":1,"b":2}',
    '{"a":[[1,2],[3,4]]}',
    '{"a":[[1],[2]],"b":[[3],[4]]}',
    '{"a":[],"b":[]}',
]


def shapes():
    out = {}
    for key, server, payloads in [
        ("dataframe_split", mlflow_json, SPLITS),
        ("inputs", mlflow_json, OTHERS),
        ("instances", mlflow_json, OTHERS),
        ("input_data", azureml, SPLITS + OTHERS),
    ]:
        for payload in payloads:
            body = f'{{"{key}":{payload}}}'
            out[body] = "".join("r" if ask(server, body, schema) is None else "a" for schema in SCHEMAS.values())
    return out


def flat(answers, path=""):
    """Rows of letters by their paths."""
    if isinstance(answers, str):
        return {path: answers}
    return {name: letters for key, value in answers.items() for name, letters in flat(value, f"{path}/{key}" if path else key).items()}


if __name__ == "__main__":
    answers = {
        "columns": columns("a"),
        "dates": columns("made_at")["azureml:split"],
        "unnamed": unnamed(),
        "csv": delimited(),
        "tensors": tensors(),
        "untyped": untyped(),
        "hints": hints(),
        "stored": stored(),
        "shapes": shapes(),
    }
    print(json.dumps({"cells": CELLS, "schemas": SCHEMAS, "answers": flat(answers)}, ensure_ascii=False))
