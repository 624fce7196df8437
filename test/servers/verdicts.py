"""Payloads and signatures drawn at random, and what MLflow and Azure ML's parsing make of them: a line of JSON for each.

    python test/servers/verdicts.py COUNT SEED

MLflow and Azure ML are asked by turns. They are asked as test/model/record.py asks. A letter tells the answer: r refused, s given to the model as sent, c changed,
a accepted, where a model without a signature leaves open what "as sent" is.
"""
import csv
import io
import json
import pathlib
import random
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "model"))
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import record  # noqa: E402
from mlflow.models.utils import _enforce_params_schema  # noqa: E402
from mlflow.types.schema import ParamSchema  # noqa: E402
from pools import POOLS, column  # noqa: E402



NESTED = [{"type": "array", "items": {"type": "long"}}, {"type": "array", "items": {"type": "string"}}, {"type": "map", "values": {"type": "long"}},
          {"type": "object", "properties": {"a": {"type": "long", "required": True}, "b": {"type": "string", "required": False}}}, {"type": "any"},
          {"type": "array", "items": {"type": "array", "items": {"type": "double"}}}]
PARAMS = [None] * 3 + [[{"name": "k", "type": "long", "default": 1, "shape": None}, {"name": "t", "type": "string", "default": "x", "shape": None}, {"name": "n", "type": "double", "default": [1.0], "shape": [-1]}]]


def schema_of(draw):
    what = draw.random()
    if what < 0.15:
        return None
    if what < 0.66:
        names = draw.sample(["a", "b", "c", "made_at", "d e", "1", "2020-01-01"], draw.randint(1, 4))
        return [{"name": n, "type": draw.choice(record.SCALARS), **({"required": False} if draw.random() < 0.2 else {})} for n in names]
    if what < 0.7:
        names = draw.sample(["a", "b", "c"], draw.randint(1, 3))
        return [{"name": n, **(draw.choice(NESTED) if draw.random() < 0.7 else {"type": draw.choice(record.SCALARS)}), "required": draw.random() < 0.7} for n in names]
    if what < 0.76:
        return [{"type": draw.choice(record.SCALARS)} for _ in range(draw.randint(1, 2))]
    if what < 0.9:
        return [record.tensor([-1] + draw.choice([[], [2], [1], [2, 2]]), None, draw.choice(record.DTYPES))]
    return [record.tensor([-1] + draw.choice([[], [], [2]]), name, draw.choice(record.DTYPES)) for name in draw.sample(["a", "b", "c"], draw.randint(1, 2))]

GIVEN = ['{"k":5}', '{"k":"5"}', '{"k":1.5}', '{"k":null}', '{"k":true}', '{"k":[1]}', '{"t":5}', '{"t":"y"}', '{"n":[1,2]}', '{"n":[1.5]}', '{"n":1.5}', '{"n":["a"]}', '{"z":1}', "{}", "null", "[]", "5", '{"k":9223372036854775808}', '{"k":2,"t":"b","n":[]}', '"x"', "[1]"]


def inner_of(draw, spec):
    """A cell of a nested type, which mostly is one."""
    if draw.random() < 0.1:
        return draw.choice(POOLS[draw.choice(list(POOLS))])
    kind = spec["type"]
    if kind == "array":
        return "[" + ",".join(inner_of(draw, spec["items"]) for _ in range(draw.randint(0, 3))) + "]"
    if kind == "map":
        return "{" + ",".join(f'"{key}":{inner_of(draw, spec["values"])}' for key in ["x", "y"][: draw.randint(0, 2)]) + "}"
    if kind == "object":
        keys = [key for key, inner in spec["properties"].items() if draw.random() < (0.95 if inner["required"] else 0.5)] + (["z"] if draw.random() < 0.05 else [])
        return "{" + ",".join(f'"{key}":{inner_of(draw, spec["properties"].get(key, {"type": "any"}))}' for key in keys) + "}"
    return column(draw, 1, None if kind == "any" else kind)[0]


def columns_for(draw, schema, rows):
    """Names and cells that mostly are the signature's."""
    if schema and "name" in schema[0] and draw.random() < 0.95:
        specs = [(spec["name"], spec) for spec in schema]
    else:
        specs = [(name, None) for name in ["a", "b", "c"][: len(schema) if schema else draw.randint(1, 3)]]
    if draw.random() < 0.08:
        specs.pop(draw.randrange(len(specs)))
    if draw.random() < (0.3 if schema and "name" not in schema[0] else 0.08):
        specs.append((draw.choice(["z", "A", "aa"]), None))
    if draw.random() < 0.15:
        draw.shuffle(specs)
    nested = ("array", "map", "object", "any")
    return {
        name: [inner_of(draw, spec) for _ in range(rows)] if spec and spec["type"] in nested else column(draw, rows, spec and spec["type"])
        for name, spec in specs
    }


def tensor_for(draw, schema, rows):
    """A list as text, its cells, and its shape."""
    shape = schema[0]["tensor-spec"]["shape"] if schema and schema[0]["type"] == "tensor" and draw.random() < 0.85 else draw.choice([[-1], [-1, 2], [-1, 2, 2]])
    shape = [rows, *shape[1:]] if rows else [0]
    size = 1
    for n in shape:
        size *= n
    cells = column(draw, size, schema[0]["type"] if schema and draw.random() < 0.7 else None)
    return shaped(cells, shape), cells, shape


def shaped(cells, shape):
    if len(shape) < 2:
        return "[" + ",".join(cells) + "]"
    step = len(cells) // shape[0] if shape[0] else 0
    return "[" + ",".join(shaped(cells[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])) + "]"


def objects(columns, rows):
    return "[" + ",".join("{" + ",".join(f"{json.dumps(n)}:{cells[i]}" for n, cells in columns.items()) + "}" for i in range(rows)) + "]"


def split(columns, rows, index):
    data = "[" + ",".join("[" + ",".join(cells[i] for cells in columns.values()) + "]" for i in range(rows)) + "]"
    labels = f'"index":{json.dumps(index)},' if index is not None else ""
    return f'{{"columns":{json.dumps(list(columns))},{labels}"data":{data}}}'


def named(columns):
    return "{" + ",".join(f"{json.dumps(n)}:[{','.join(cells)}]" for n, cells in columns.items()) + "}"


def delimited(columns, rows):
    """The same as a file, undefined where a cell has no place in it."""
    fields = {name: [record.field(cell) for cell in cells] for name, cells in columns.items()}
    if any(field is None or LONE.search(field) for cells in fields.values() for field in cells):
        return None
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([list(fields), *([cells[i] for cells in fields.values()] for i in range(rows))])
    return out.getvalue()


LONE = re.compile("[\ud800-\udfff]")  # no bytes of UTF-8 spell it
FORMS = ["split", "split", "records", "inputs", "instances", "list", "csv", "inputs objects", "instances objects", "azure split", "azure split", "azure list", "azure named"]


def question(draw, azure):
    schema = schema_of(draw)
    rows = draw.choice([0, 1, 2, 2, 3, 5])
    table = columns_for(draw, schema, rows)
    tensors = schema and schema[0]["type"] == "tensor"
    form = draw.choice([form for form in FORMS if form.startswith("azure") == azure])
    if tensors and draw.random() < 0.6:
        form = ("azure list" if azure else "list") if "name" not in schema[0] else "azure named" if azure else "inputs"
    index = draw.choice([None, None, list(range(rows)), [i + 5 for i in range(rows)], [f"r{i}" for i in range(rows)]])
    text = delimited(table, rows) if form == "csv" else None
    if text is not None:
        return {"server": "mlflow", "body": text, "schema": schema, "csv": True}, table
    if form == "records":
        body = f'"dataframe_records":{objects(table, rows)}'
    elif form in ("inputs", "instances"):
        body = f'"{form}":{named(table)}'
    elif form.endswith("objects"):
        body = f'"{form.split()[0]}":{objects(table, rows)}'
    elif form == "azure split":
        body = f'"input_data":{split(table, rows, list(range(rows)) if draw.random() < 0.9 else None)}'
    elif form == "azure named":
        body = f'"input_data":{named(table)}'
    elif "list" in form:
        cargo, *table = tensor_for(draw, schema, rows)
        body = f'"{"input_data" if "azure" in form else "inputs"}":{cargo}'
    else:
        body = f'"dataframe_split":{split(table, rows, index)}'
    asked = {"server": "azureml" if form.startswith("azure") else "mlflow", "schema": schema}
    if asked["server"] == "mlflow" and draw.random() < 0.15:
        asked["params"] = draw.choice(PARAMS)
        body += f',"params":{draw.choice(GIVEN)}'
    return {**asked, "body": "{" + body + "}"}, table


def type_of(spec):
    if spec["type"] == "tensor":
        return spec["tensor-spec"]["dtype"]
    return spec["type"] if spec["type"] in record.SCALARS else "nested"


def same(values, cells, type_):
    values = values.tolist() if hasattr(values, "tolist") else list(values) if isinstance(values, (list, tuple)) else [values]
    values = [value.item() if isinstance(value, np.generic) else value for value in values]
    sent = [record.value_of(cell) for cell in cells]
    return len(values) == len(sent) and all(equal(g, s, type_) for g, s in zip(values, sent))


def equal(given, sent, type_):
    """What is of a nested type, or of none, is the same where it is equal."""
    if isinstance(sent, (list, dict)) or type_ == "nested":
        given = given.tolist() if hasattr(given, "tolist") else given
        return json.dumps(given, sort_keys=True, default=str) == json.dumps(sent, sort_keys=True)
    return record.same(given, sent, type_)


def are_objects(values, cells):
    """Numbers that no dtype of theirs holds are equal still, and objects: whether that is "as sent" is left open."""
    return str(getattr(values, "dtype", "")) == "object" and not any(cell.startswith('"') for cell in cells)


def untyped(cells):
    """Among numbers NaN is what a null can be."""
    return "object" if any(cell[0] in '"tf[{' for cell in cells) or not any(cell[0] in "-0123456789" for cell in cells) else "double"


def letter(given, schema, table):
    if given is None:
        return "r"
    if isinstance(table, list):
        return array_letter(given, schema, *table)
    if not any(table.values()) or (schema is not None and "name" not in schema[0]):
        return "a"
    if isinstance(given, list):  # of objects
        return "c"
    if schema is None:
        if any(are_objects(given[name], cells) for name, cells in table.items() if name in given):
            return "a"
        return "s" if list(given) == list(table) and all(same(given[name], cells, untyped(cells)) for name, cells in table.items()) else "c"
    if any(name not in {spec["name"] for spec in schema} for name in table):
        return "c"
    wanted = [spec for spec in schema if spec["name"] in table]
    return "s" if all(spec["name"] in given and same(given[spec["name"]], table[spec["name"]], type_of(spec)) for spec in wanted) else "c"


def array_letter(given, schema, cells, shape):
    """Of a list: an array of its shape, or where the signature has one column, that."""
    if isinstance(given, (pd.DataFrame, dict)) or not hasattr(given, "ravel"):
        return "a"
    if schema is None and are_objects(given, cells):
        return "a"
    type_ = "object" if schema is None else type_of(schema[0])
    return "s" if list(given.shape) == list(shape) and same(given.ravel(), cells, type_) else "c"


def bare(cell):
    """A text that reads as a number is one in a file; one with zeros in front, as 007, is without them, because JSON has no such number."""
    return re.sub(r"^(-?)0+(?=\d)", r"\1", cell.strip('"')) if re.fullmatch(r'"-?\d+(\.\d+)?([eE][-+]?\d+)?"', cell) else cell


def csv_letter(given, schema, table):
    """Of a file every field is text; where no column says what it is, or that it is nested, nothing is "as sent"."""
    if given is None:
        return "r"
    if schema is None or "name" not in schema[0] or schema[0]["type"] == "tensor" or any(spec["type"] not in record.SCALARS for spec in schema):
        return "a"
    fields = {name: [json.dumps(record.field(cell)) if spec["type"] in ("string", "binary") else bare(cell) for cell in table[name]] for spec in schema if (name := spec["name"]) in table}
    open_ = any(cell == '""' for cells in fields.values() for cell in cells)
    # a word for what is missing, among numbers
    open_ |= any(spec["type"] not in ("string", "binary") and cell.startswith('"') for spec in schema for cell in fields.get(spec["name"], []))
    return "a" if open_ else letter(given, schema, {**table, **fields})


def ask(asked):
    """What the model would be given; None where the server refuses."""
    schema, params = asked["schema"], asked.get("params")
    if asked["server"] == "azureml":
        return record.ask(record.azureml, asked["body"], schema)
    if asked.get("csv"):
        return record.ask(record.csv, asked["body"], schema)
    sent = json.loads(asked["body"])
    cargo = {key: value for key, value in sent.items() if key != "params"}  # as _split_data_and_params does
    given = record.ask(record.mlflow_json, json.dumps(cargo) if "params" in sent else asked["body"], schema)
    if given is None or "params" not in sent:
        return given
    try:
        _enforce_params_schema(sent["params"], None if params is None else ParamSchema.from_json(json.dumps(params)))
    except Exception:  # every one of them is an error to the caller
        return None
    return given


if __name__ == "__main__":
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    for n in range(count):
        asked, table = question(random.Random(seed * 1_000_000 + n), azure=n % 2 == 1)
        given = ask(asked)
        told = csv_letter(given, asked["schema"], table) if asked.get("csv") else letter(given, asked["schema"], table)
        if "params" in asked and told != "r":
            told = "a"  # whether they are kept is not what the cells tell
        print(json.dumps({"n": n, **asked, "answer": told}))
