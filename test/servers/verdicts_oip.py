"""Payloads drawn at random, and what MLServer or KServe, whichever is installed, makes of them: a line of JSON for each.

    python test/servers/verdicts_oip.py COUNT SEED

KServe is asked by its v1 and its v2 protocol, by turns. Both are asked through their own REST applications, as test/model/record_oip.py asks. Half of MLServer's are for MLflow models with a
signature: what its runtime (mlserver_mlflow/runtime.py) takes from the signature is set, and the decoded inputs are held against it by MLflow,
as its predict does. The letters are those of verdicts.py.
"""
import json
import pathlib
import random
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "model"))
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import record_oip  # noqa: E402
from pools import POOLS, column  # noqa: E402

NUMBERS = [*(f"{sign}INT{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64)), "FP16", "FP32", "FP64"]
DATATYPES = [*NUMBERS, "BOOL", "BYTES", "BOOL", "BYTES", "INT64", "FP64"]
TYPES = {"boolean": "BOOL", "integer": "INT32", "long": "INT64", "float": "FP32", "double": "FP64", "string": "BYTES", "binary": "BYTES", "datetime": "BYTES"}
DTYPES = {"BOOL": "bool", **{name: name.lower() for name in NUMBERS[:8]}, "FP16": "float16", "FP32": "float32", "FP64": "float64", "BYTES": "str"}
ODD = [
    lambda draw, body: {**body, "id": draw.choice(["\"5\"", "5", "null", "true", "[]"])},
    lambda draw, body: {**body, "outputs": draw.choice(["[]", '[{"name":"x"}]', "[5]", "{}", "null", '[{}]'])},
    lambda draw, body: {**body, "parameters": draw.choice(["null", "[1]", "5", "{}", '{"content_type":5}', '{"content_type":null}', '{"content_type":"other"}'])},
]


def nested(cells, shape):
    if len(shape) < 2:
        return "[" + ",".join(cells) + "]"
    step = len(cells) // shape[0] if shape[0] else 0
    return "[" + ",".join(nested(cells[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])) + "]"


def size(shape):
    return int(np.prod(shape, dtype=int))


def tensor(draw, name, rows, datatype, inner=(), own=None):
    """The input as text, what was sent of it, and its own content type."""
    shape = [rows, *inner]
    fitting = {"str": "BYTES", "base64": "binary", "datetime": "datetime"}.get(own, datatype)
    cells = column(draw, size(shape), fitting)
    data = nested(cells, shape) if len(shape) > 1 and draw.random() < 0.5 else nested(cells, [len(cells)])
    said = list(shape)
    chance = draw.random()
    if chance < 0.02:
        said[0] += draw.choice([1, -1])
    elif chance < 0.03:
        said = draw.choice([[], [-1], [size(shape)], [*shape, 1]])
        shape = said if -1 not in said and size(said) == size(shape) else shape
    elif chance < 0.04:
        said = draw.choice([["2"], [1.5], None, [None]])
    known = datatype if draw.random() < 0.98 else draw.choice(["BF16", "STRING", "int64", ""])
    members = {"name": json.dumps(name), "shape": json.dumps(said), "datatype": json.dumps(known), "data": data}
    if own is not None:
        members["parameters"] = json.dumps({"content_type": own})
    elif draw.random() < 0.03:
        members["parameters"] = draw.choice(["null", "{}", '{"k":[1]}', '{"content_type":7}', "5"])
    if draw.random() < 0.1:
        order = list(members.items())
        draw.shuffle(order)
        members = dict(order)
    return spell(members), (record_oip.sent_of(cells), shape, datatype, own)


def spell(members):
    return "{" + ",".join(f"{json.dumps(key)}:{text}" for key, text in members.items()) + "}"


def request_of(draw, schema=None):
    """A request, what of it was sent by name, and its content type."""
    rows = draw.choice([0, 1, 2, 2, 3, 5])
    if schema is not None:
        return signed_request(draw, schema, rows)
    content = draw.choice(["pd", "pd", "pd", "np", "np", "str", None])
    count = draw.choice([1, 1, 2, 3]) if content in ("pd", None) else 1 if draw.random() < 0.95 else 2
    inner = () if content != "np" and draw.random() < 0.8 else draw.choice([(), (), (1,), (2,), (2, 2)])
    sent, inputs = {}, []
    for name in ["a", "b", "c"][:count]:
        own = draw.choice(["np", "str", "datetime", "base64"]) if draw.random() < 0.25 else None
        datatype = "BYTES" if own in ("str", "datetime", "base64") and draw.random() < 0.9 else draw.choice(DATATYPES)
        length = rows if draw.random() < 0.97 else rows + 1
        text, sent[name] = tensor(draw, name, length, datatype, inner, own)
        inputs.append(text)
    body, content = finish(draw, inputs, content)
    return body, sent, content


def signed_request(draw, schema, rows):
    kind = "pd" if schema[0]["type"] != "tensor" else "dict" if "name" in schema[0] else "np"
    sent, inputs = {}, []
    names = [spec.get("name", f"input-{i}") for i, spec in enumerate(schema)]
    order = list(range(len(schema)))
    if draw.random() < 0.15:
        draw.shuffle(order)
    if draw.random() < 0.06:
        order.pop()
    for i in order:
        spec = schema[i]
        if spec["type"] == "tensor":
            inner = [2 if n == -1 else n for n in spec["tensor-spec"]["shape"][1:]]
            datatype = next((name for name, dtype in DTYPES.items() if dtype == spec["tensor-spec"]["dtype"]), "BYTES")
            own, inner = None, inner if draw.random() < 0.9 else draw.choice([[], [3]])
        else:
            datatype, inner = TYPES[spec["type"]], []
            own = {"string": "str", "binary": "base64", "datetime": "datetime"}.get(spec["type"]) if draw.random() < 0.3 else None
        if draw.random() < 0.2:
            datatype = draw.choice(DATATYPES)
        name = names[i]
        text, sent[name] = tensor(draw, name, rows, datatype, inner, own)
        sent[name] = (*sent[name][:3], own or ({"string": "str", "binary": "base64", "datetime": "datetime"}.get(spec["type"], "np")))
        inputs.append(text)
    if draw.random() < 0.06:
        text, sent["z"] = tensor(draw, "z", rows, "INT64")
        inputs.append(text)
    content = kind if draw.random() < 0.3 else None
    body, content = finish(draw, inputs, content)
    return body, sent, content or kind


def finish(draw, inputs, content):
    if inputs and draw.random() < 0.01:
        inputs = [*inputs, inputs[0]]
    body = {"inputs": "[" + ",".join(inputs) + "]"}
    if content is not None:
        body["parameters"] = json.dumps({"content_type": content})
    if draw.random() < 0.08:
        body = draw.choice(ODD)(draw, body)
        if "content_type" not in body.get("parameters", "") or ":null" in body["parameters"]:
            content = None
    if draw.random() < 0.2:
        body = dict(reversed(body.items()))
    return spell(body), content


def letter(given, sent, content):
    """Of a request whose model has no signature of its own to change it once more."""
    if given is None:
        return "r"
    try:
        if content == "pd":
            if not isinstance(given, pd.DataFrame) or list(given.columns) != list(sent):
                return "c"
            return "s" if all(column_same(given[name].tolist(), *sent[name]) for name in sent) else "c"
        if isinstance(given, dict):
            return "s" if list(given) == list(sent) and all(array_same(given[name], *sent[name]) for name in sent) else "c"
        (one,) = sent.values()
        return "s" if not isinstance(given, pd.DataFrame) and array_same(given, *one) else "c"
    except (TypeError, ValueError, OverflowError):
        return "c"


def shaped(cells, shape):
    if len(shape) < 2:
        return cells
    step = len(cells) // shape[0] if shape[0] else 0
    return [shaped(cells[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])]


def column_same(given, cells, shape, datatype, own):
    rows = shaped(cells, shape)
    # a list of one is the cell
    if len(shape) == 2 and shape[1] == 1:
        rows = [row[0] for row in rows]
    return record_oip.same(given, rows, datatype, own)


def array_same(given, cells, shape, datatype, own):
    if isinstance(given, np.ndarray) and list(given.shape) != list(shape):
        return False
    # what is no array is a flat list
    rows = cells if not isinstance(given, np.ndarray) and len(shape) == 2 and shape[1] == 1 else shaped(cells, shape)
    return record_oip.same(given, rows, datatype, own)


# ---- MLServer

def schema_of(draw):
    what = draw.random()
    if what < 0.6:
        types = draw.sample(list(TYPES), draw.randint(1, 3))
        return [{"name": n, "type": t, **({"required": False} if draw.random() < 0.2 else {})} for n, t in zip(["a", "b", "c"], types)]
    dtypes = list(DTYPES.values())
    if what < 0.8:
        return [tensor_spec([-1, *draw.choice([[], [2], [1], [2, 2], [-1]])], None, draw.choice(dtypes))]
    return [tensor_spec([-1, *draw.choice([[], [2]])], name, draw.choice(dtypes)) for name in ["a", "b"][: draw.randint(1, 2)]]


def tensor_spec(shape, name, dtype):
    return {"type": "tensor", "tensor-spec": {"dtype": dtype, "shape": shape}, **({"name": name} if name else {})}


def ask_mlserver():
    from mlflow.models.utils import _enforce_schema
    from mlflow.types.schema import Schema
    from mlserver.codecs import NumpyRequestCodec
    from mlserver.types import Parameters
    from mlserver.settings import ModelParameters
    from mlserver_mlflow.metadata import DefaultInputPrefix, to_metadata_tensors, to_model_content_type

    asker, model = record_oip.mlserver_asker()

    def serve(schema):
        """Makes the model what MLflow's runtime makes of itself when it loads."""
        model.codec = NumpyRequestCodec if schema is None else None
        model.inputs = [] if schema is None else to_metadata_tensors(schema=schema, prefix=DefaultInputPrefix)
        content = None if schema is None else to_model_content_type(schema=schema)
        model._settings.parameters = ModelParameters(content_type=content)
        model.take = (lambda decoded: decoded) if schema is None else lambda decoded: _enforce_schema(decoded, schema)

    def ask(draw, _):
        written = schema_of(draw) if draw.random() < 0.5 else None
        body, sent, content = request_of(draw, written)
        serve(None if written is None else Schema.from_json(json.dumps(written)))
        given = asker(body)
        if written is not None and isinstance(given, (pd.DataFrame, dict)):
            if any(name not in given for name in sent):
                return "oip", body, written, "c"
            order = [name for name in given if name in sent]
            sent = {name: sent[name] for name in order}
        return "oip", body, written, letter(given, sent, content)

    return ask


# ---- KServe


def v1_of(draw):
    """A body of KServe's first protocol, and what was sent: a list, or a frame's columns."""
    rows = draw.choice([0, 1, 2, 2, 3])
    form = draw.choice(["rows", "rows", "rows", "list", "list", "deep", "records", "lists", "scalar"])
    if form == "scalar":
        cell = draw.choice(POOLS[draw.choice(list(POOLS))])
        return {"cargo": cell}, record_oip.sent_of([cell])[0]
    if form in ("records", "lists"):
        names = ["a", "b"][: draw.randint(1, 2)]
        columns = {name: column(draw, rows, draw.choice(["double", "string", "long"])) for name in names}
        around = (lambda cell: cell) if form == "records" else lambda cell: f"[{cell}]"
        cargo = "[" + ",".join(spell({name: around(cells[i]) for name, cells in columns.items()}) for i in range(rows)) + "]"
        return {"cargo": cargo}, {name: record_oip.sent_of(cells) for name, cells in columns.items()} if rows else []
    inner = {"rows": [2], "list": [], "deep": [2, 2]}[form]
    cells = column(draw, size([rows, *inner]), draw.choice(["double", "string", "long", "boolean"]))
    if form == "rows" and draw.random() < 0.4:
        other = column(draw, rows, draw.choice(["double", "string", "boolean"]))
        for i in range(rows):
            cells[i * 2 + 1] = other[i]
    return {"cargo": nested(cells, [rows, *inner])}, shaped(record_oip.sent_of(cells), [rows, *inner])


def ask_kserve():
    v1, v2 = record_oip.kserve_askers()

    def of_v1(draw):
        body, sent = v1_of(draw)
        key = draw.choice(["instances", "instances", "inputs"])
        members = {key: body["cargo"]}
        if draw.random() < 0.05:
            members[draw.choice(["parameters", "stray", "signature_name"])] = draw.choice(['{"k":1}', "5", '"x"'])
        if draw.random() < 0.03:
            members[{"instances": "inputs", "inputs": "instances"}[key]] = "[1]"
            sent = [1] if key == "instances" else sent
        given = v1(spell(members))
        if given is None:
            return "kserve1", spell(members), None, "r"
        dropped = any(key in members for key in ("stray", "signature_name"))
        return "kserve1", spell(members), None, "c" if dropped else v1_letter(given, sent)

    def of_v2(draw):
        body, sent, content = request_of(draw)
        return "kserve2", body, None, letter(v2(body), sent, content)

    return lambda draw, n: of_v1(draw) if n % 2 == 0 else of_v2(draw)


def v1_letter(given, sent):
    if isinstance(sent, dict):
        if not isinstance(given, pd.DataFrame) or list(given.columns) != list(sent):
            return "c"
        return "s" if all(record_oip.same(given[name].tolist(), sent[name], "FP64") for name in sent) else "c"
    same = not isinstance(given, pd.DataFrame) and record_oip.same(record_oip.values(given), sent, "FP64")
    # numbers beside null are objects
    return "a" if same and getattr(given, "dtype", None) == object else "s" if same else "c"


if __name__ == "__main__":
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    try:
        ask = ask_mlserver()
    except ModuleNotFoundError:
        ask = ask_kserve()
    for n in range(count):
        server, body, schema, answer = ask(random.Random(seed * 1_000_000 + n), n)
        print(json.dumps({"n": n, "server": server, "body": body, "schema": schema, "answer": answer}))
