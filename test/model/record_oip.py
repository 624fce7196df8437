"""Asks MLServer and KServe what they make of every kind of cell in every datatype and content type, and writes oip-answers.json.

    pip install mlserver==1.7.1 httpx     # with pandas 3.1.1
    python test/model/record_oip.py
    pip install kserve==0.21.0                             # in an environment of its own: it pins pandas 2.3.3
    python test/model/record_oip.py

Each run asks the server that is installed and keeps the other's answers. Both are asked through their own REST applications, with a model
that tells what it was given: MLServer's by its codecs (`decode_request`, NumpyRequestCodec where nothing is said, as its sklearn runtime
has it), KServe's by `get_predict_input`, which its own sklearn, xgboost and lightgbm servers call.
"""
import asyncio
import base64
import json
import logging
import math
import pathlib
import warnings
from datetime import datetime

import numpy as np
import pandas as pd
from starlette.testclient import TestClient

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

# ---- every kind of cell

CELLS = {
    "int": ["5", "-3"],
    "bits": ["0", "1"],
    "negative": ["-1"],
    "byte": ["200"],
    "9 bits": ["300"],
    "negative byte": ["-129"],
    "17 bits": ["70000"],
    "25 bits": ["16777217"],
    "33 bits": ["2147483649"],
    "34 bits": ["4294967297"],
    "54 bits": ["9007199254740993"],
    "64 bits": ["9223372036854775809"],
    "64 bits and negative": ["9223372036854775809", "-1"],
    "64 bits, round": ["9223372036854775808"],
    "65 bits": ["18446744073709551617"],
    "65 bits, negative": ["-9223372036854775809"],
    "whole": ["1.0", "2.0"],
    "fraction": ["1.5"],
    "int and float": ["1", "1.5"],
    "54 bits and float": ["9007199254740993", "1.5"],
    "half's end": ["70000.5"],
    "float's end": ["1e39"],
    "huge": ["1e300"],
    "overflow": ["1e400"],
    "nan": ["1.5", "NaN"],
    "infinity": ["Infinity"],
    "int and nan": ["1", "NaN"],
    "int and null": ["1", "null"],
    "float and null": ["1.5", "null"],
    "null": ["null"],
    "text": ['"abc"'],
    "digits": ['"1"'],
    "decimal": ['"1.5"'],
    "nan in quotes": ['"nan"'],
    "false": ['"false"'],
    "true": ['"true"'],
    "empty": ['""'],
    "NA": ['"NA"', '"abc"'],
    "date": ['"2020-01-02"', '"2021-01-02"'],
    "time": ['"2020-01-02T03:04:05"'],
    "date and time": ['"2020-01-02"', '"2020-01-02T03:04:05"'],
    "zoned": ['"2020-01-02T03:04:05Z"'],
    "base64": ['"dGVzdA=="'],
    "unpadded": ['"abcde"'],
    "junk": ['"dGV-zdA=="'],
    "foreign": ['"é"'],
    "surrogate": ['"\\ud800"'],
    "text and null": ['"abc"', "null"],
    "date and null": ['"2020-01-02"', "null"],
    "base64 and null": ['"dGVzdA=="', "null"],
    "text and int": ['"abc"', "1"],
    "int and text": ["1", '"abc"'],
    "text and float": ['"abc"', "1.5"],
    "bool": ["true", "false"],
    "bool and null": ["true", "null"],
    "bool and bit": ["true", "0"],
    "bool and int": ["true", "2"],
    "bool and float": ["false", "1.5"],
    "bool and text": ["true", '"x"'],
    "list": ["[1,2]"],
    "object": ['{"a":1}'],
    "nothing": [],
}
DATATYPES = ["BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64", "BYTES", "BF16"]

# ---- every kind of request, and what the model should be given: a value for an array, an object for a frame


def tensor(name, shape, datatype, data, **more):
    return {"name": name, "shape": shape, "datatype": datatype, "data": data, **more}


def request(*inputs, **more):
    return {**more, "inputs": list(inputs)}


PD = {"content_type": "pd"}
NP = {"content_type": "np"}
A = tensor("a", [2], "INT64", [1, 2])
REQUESTS = [
    (request(A), [1, 2]),
    (request(A, parameters=PD), {"a": [1, 2]}),
    (request(A, parameters=NP), [1, 2]),
    (request(A, id="5"), [1, 2]),
    (request(A, id=5), [1, 2]),
    (request(A, id=None), [1, 2]),
    (request(A, id=True), [1, 2]),
    (request(A, id=["5"]), [1, 2]),
    (request(A, parameters={"content_type": "np", "k": 5, "t": "x", "b": True, "f": 1.5}), [1, 2]),
    (request(A, parameters={"content_type": "np", "k": [1, 2]}), [1, 2]),
    (request(A, parameters={"content_type": "pd", "k": {"a": 1}}), {"a": [1, 2]}),
    (request(A, parameters={"content_type": "np", "k": None}), [1, 2]),
    (request(A, parameters={"content_type": "np", "headers": "x"}), [1, 2]),
    (request(A, parameters={"content_type": 5}), [1, 2]),
    (request(A, parameters={"content_type": "nonsense"}), [1, 2]),
    (request(A, parameters=[1]), [1, 2]),
    (request({**A, "parameters": {"k": [1]}}), [1, 2]),
    (request({**A, "parameters": {"content_type": 5}}), [1, 2]),
    (request({**A, "parameters": {"content_type": "nonsense"}}), [1, 2]),
    (request(A, stray=1), [1, 2]),
    (request(A, outputs=[{"name": "output-0"}]), [1, 2]),
    (request(A, outputs=[5]), [1, 2]),
    (request(A, outputs={"name": "x"}), [1, 2]),
    # shapes, flat and nested
    (request(tensor("a", [2, 1], "INT64", [1, 2]), parameters=PD), {"a": [1, 2]}),
    (request(tensor("a", [2, 1], "INT64", [[1], [2]]), parameters=PD), {"a": [1, 2]}),
    (request(tensor("a", [2, 2], "INT64", [1, 2, 3, 4]), parameters=PD), {"a": [[1, 2], [3, 4]]}),
    (request(tensor("a", [2, 2], "INT64", [[1, 2], [3, 4]]), parameters=PD), {"a": [[1, 2], [3, 4]]}),
    (request(tensor("a", [2, 2], "FP64", [[1, 2], [3, 4]]), parameters=PD), {"a": [[1, 2], [3, 4]]}),
    (request(tensor("a", [2, 1], "BYTES", [["x"], ["y"]]), parameters=PD), {"a": ["x", "y"]}),
    (request(tensor("a", [2, 2], "BYTES", [["x", "y"], ["z", "w"]]), parameters=PD), {"a": [["x", "y"], ["z", "w"]]}),
    (request(tensor("a", [1, 2], "INT64", [1, 2]), parameters=PD), {"a": [[1, 2]]}),
    (request(tensor("a", [2, 1], "INT64", [1, 2]), parameters=NP), [[1], [2]]),
    (request(tensor("a", [2, 1], "INT64", [[1], [2]]), parameters=NP), [[1], [2]]),
    (request(tensor("a", [2, 2], "INT64", [1, 2, 3, 4]), parameters=NP), [[1, 2], [3, 4]]),
    (request(tensor("a", [2, 2], "INT64", [[1, 2], [3, 4]]), parameters=NP), [[1, 2], [3, 4]]),
    (request(tensor("a", [2, 2], "BYTES", ["x", "y", "z", "w"]), parameters=NP), [["x", "y"], ["z", "w"]]),
    (request(tensor("a", [2, 2], "BYTES", [["long", "y"], ["z", "w"]]), parameters=NP), [["long", "y"], ["z", "w"]]),
    (request(tensor("a", [2, 1], "BYTES", [["x"], ["y"]]), parameters=NP), [["x"], ["y"]]),
    (request(tensor("a", [2, 2, 1], "INT64", [[[1], [2]], [[3], [4]]]), parameters=NP), [[[1], [2]], [[3], [4]]]),
    (request(tensor("a", [3], "INT64", [1, 2]), parameters=NP), [1, 2]),
    (request(tensor("a", [3], "INT64", [1, 2]), parameters=PD), {"a": [1, 2]}),
    (request(tensor("a", [4], "INT64", [[1, 2], [3, 4]]), parameters=NP), [1, 2, 3, 4]),
    (request(tensor("a", [2, 2], "INT64", [[1, 2], [3]]), parameters=NP), [[1, 2], [3]]),
    (request(tensor("a", [-1], "INT64", [1, 2]), parameters=NP), [1, 2]),
    (request(tensor("a", [], "INT64", [1]), parameters=NP), 1),
    (request(tensor("a", [0], "INT64", []), parameters=NP), []),
    (request(tensor("a", [0], "INT64", []), parameters=PD), {"a": []}),
    (request(tensor("a", [2, 2], "INT64", [1, 2, 3, 4], parameters=NP), parameters=PD), {"a": [[1, 2], [3, 4]]}),
    (request(tensor("a", [2, 1], "INT64", [1, 2], parameters=NP), parameters=PD), {"a": [1, 2]}),
    (request(tensor("a", [2], "INT64", [1, 2], parameters=NP), parameters=PD), {"a": [1, 2]}),
    (request(tensor("a", [2, 1], "INT64", [[1], [2]], parameters=NP), parameters=PD), {"a": [1, 2]}),
    # several inputs
    (request(A, tensor("b", [2], "BYTES", ["x", "y"]), parameters=PD), {"a": [1, 2], "b": ["x", "y"]}),
    (request(A, tensor("b", [2], "BYTES", ["x", "y"], parameters={"content_type": "str"}), parameters=PD), {"a": [1, 2], "b": ["x", "y"]}),
    (request(A, tensor("b", [2], "INT64", [3, 4]), parameters=NP), {"a": [1, 2], "b": [3, 4]}),
    (request(A, tensor("b", [2], "INT64", [3, 4])), {"a": [1, 2], "b": [3, 4]}),
    (request(A, tensor("b", [3], "INT64", [1, 2, 3]), parameters=PD), {"a": [1, 2], "b": [1, 2, 3]}),
    (request(A, tensor("b", [3], "FP64", [1.5, 2, 3]), parameters=PD), {"a": [1, 2], "b": [1.5, 2, 3]}),
    (request(tensor("a", [2], "FP64", [1.5, 2]), tensor("b", [3], "BYTES", ["x", "y", "z"]), parameters=PD), {"a": [1.5, 2], "b": ["x", "y", "z"]}),
    (request(tensor("a", [2, 2], "INT64", [1, 2, 3, 4]), tensor("b", [2, 1], "INT64", [1, 2]), parameters=PD), {"a": [[1, 2], [3, 4]], "b": [1, 2]}),
    (request(A, A, parameters=PD), {"a": [1, 2]}),
    (request(parameters=PD), {}),
    (request(), []),
]
TEXTS = [
    '{"inputs":[{"name":"a","shape":[1],"datatype":"FP64","data":[1]}]',
    '{"inputs":5}',
    '{"inputs":[5]}',
    '{"inputs":[{"name":"a","shape":[1],"datatype":"FP64"}]}',
    '{"inputs":[{"name":"a","shape":[1],"datatype":"FP64","data":5}]}',
    '{"inputs":[{"name":5,"shape":[1],"datatype":"FP64","data":[5]}]}',
    '{"inputs":[{"name":"a","shape":[1.5],"datatype":"FP64","data":[5]}]}',
    '{"inputs":[{"name":"a","shape":["1"],"datatype":"FP64","data":[5]}]}',
    '{"inputs":[{"name":"a","shape":[1],"datatype":"fp64","data":[5]}]}',
    '{"inputs":[{"name":"a","shape":[1],"datatype":"STRING","data":["x"]}]}',
    '{"inputs":[{"name":"a","shape":[1],"datatype":"FP64","data":[01]}]}',
]


def same(given, sent, datatype, content=None):
    """Whether the model is given what was sent: the same number, truth, text, bytes or date; NaN for null where there are numbers."""
    if isinstance(sent, list):
        given = given.tolist() if isinstance(given, np.ndarray) else given
        return isinstance(given, list) and len(given) == len(sent) and all(same(g, s, datatype, content) for g, s in zip(given, sent))
    if isinstance(given, np.generic):
        given = given.item()
    if datatype == "BYTES" and not isinstance(sent, (str, type(None))):
        return False  # what is no text has no place there, whatever the model is given
    if sent is None:
        return given is None or (datatype.startswith("FP") and isinstance(given, float) and math.isnan(given))
    if datatype == "BOOL" and type(sent) is int and sent in (0, 1):
        return isinstance(given, (bool, int)) and given == sent
    if isinstance(sent, bool) or isinstance(given, bool):
        return isinstance(sent, bool) and isinstance(given, bool) and sent == given
    if isinstance(sent, float) and math.isnan(sent):
        return isinstance(given, float) and math.isnan(given)
    if isinstance(sent, (int, float)):
        if not isinstance(given, (int, float)):
            return False
        loose = {"FP16": 1e-3, "FP32": 1e-6}.get(datatype, 0) if isinstance(sent, float) else 0
        return math.isclose(given, sent, rel_tol=loose) if loose and math.isfinite(given) else given == sent
    if isinstance(given, bytes):
        return (base64.b64encode(given).decode() if content == "base64" else given.decode(errors="replace")) == sent
    if isinstance(given, datetime):
        return given == (datetime.fromisoformat(sent) if type(given) is datetime else pd.to_datetime(sent, errors="coerce"))
    return type(given) is type(sent) and given == sent


def values(given):
    """What a model was given, in lists: of a frame, its one column."""
    if isinstance(given, pd.DataFrame):
        return [] if given.shape[1] == 0 else given.iloc[:, 0].tolist()
    return given.tolist() if isinstance(given, np.ndarray) else given


def sent_of(cells):
    """What was sent. A number beyond a double's is what it is, and Python's json makes it infinite."""
    return [json.loads(cell) for cell in cells]


def answer(given, cells, datatype, content=None):
    """r for refused, s for the same, c for changed."""
    if given is None:
        return "r"
    try:
        sent = sent_of(cells)
        return "s" if same(values(given), sent, datatype, content) else "c"
    except (TypeError, ValueError, OverflowError):
        return "c"


def letter(given, wanted):
    """The same of a whole request."""
    if given is None:
        return "r"
    if not isinstance(wanted, dict):
        return "s" if not isinstance(given, pd.DataFrame) and same(values(given), wanted, "INT64") else "c"
    if not isinstance(given, pd.DataFrame) or list(given.columns) != list(wanted):
        return "c"
    return "s" if all(same(given[name].tolist(), wanted[name], "INT64") for name in wanted) else "c"


def cells_body(datatype, cells, content, own):
    shape = [1, 2] if cells == ["[1,2]"] else [len(cells)]
    parameters = f',"parameters":{{"content_type":"{content}"}}' if content else ""
    within = f',"parameters":{{"content_type":"{own}"}}' if own else ""
    data = ",".join(cells)
    return f'{{"inputs":[{{"name":"a","shape":{shape},"datatype":"{datatype}","data":[{data}]{within}}}]{parameters}}}'


def by_datatype(ask, content, own):
    return {
        datatype: "".join(answer(ask(cells_body(datatype, cells, content, own)), cells, datatype, own) for cells in CELLS.values())
        for datatype in DATATYPES
    }


def requests(ask):
    told = {json.dumps(body): letter(ask(json.dumps(body)), wanted) for body, wanted in REQUESTS}
    return {**told, **{text: "r" if ask(text) is None else "a" for text in TEXTS}}


# ---- MLServer


def mlserver_asker():
    """Asks MLServer's own application, which has a model that tells what it was given; and that model."""
    from mlserver import MLModel, ModelSettings, Settings
    from mlserver.codecs import NumpyRequestCodec
    from mlserver.handlers import DataPlane, ModelRepositoryHandlers
    from mlserver.registry import MultiModelRegistry
    from mlserver.repository import SchemalessModelRepository
    from mlserver.rest.app import create_app
    from mlserver.types import InferenceResponse

    given = []

    class Echo(MLModel):
        codec = NumpyRequestCodec

        def take(self, decoded):
            """What a runtime does with what was decoded."""
            return decoded

        async def predict(self, payload):
            given.append(self.take(self.decode_request(payload, default_codec=self.codec)))
            return InferenceResponse(model_name="echo", outputs=[])

    models = []

    def initialise(settings):
        models.append(Echo(settings))
        return models[0]

    settings = Settings(debug=False, metrics_endpoint=None, parallel_workers=0)
    registry = MultiModelRegistry(model_initialiser=initialise)
    asyncio.run(registry.load(ModelSettings(name="echo", implementation=MLModel)))
    plane = DataPlane(settings=settings, model_registry=registry)
    handlers = ModelRepositoryHandlers(repository=SchemalessModelRepository(root="/nowhere"), model_registry=registry)
    client = TestClient(create_app(settings, plane, handlers), raise_server_exceptions=False)

    def ask(body):
        given.clear()
        text = body.encode("utf-8", "surrogatepass")
        code = client.post("/v2/models/echo/infer", content=text, headers={"content-type": "application/json"}).status_code
        return given[0] if code == 200 else None

    return ask, models[0]


def mlserver_answers():
    ask, _ = mlserver_asker()
    contents = [("pd", None), ("np", None), (None, None)]
    contents += [(content, own) for content in ("pd", None) for own in ("np", "str", "datetime", "base64")]
    return {
        "cells": {f"{content or ''}/{own or ''}": by_datatype(ask, content, own) for content, own in contents},
        "requests": requests(ask),
    }


# ---- KServe

V1_FORMS = {
    "instances": lambda cells: f'{{"instances":[{",".join(cells)}]}}',
    "inputs": lambda cells: f'{{"inputs":[{",".join(cells)}]}}',
    "rows": lambda cells: f'{{"instances":[{",".join(f"[{cell}]" for cell in cells)}]}}',
    "records": lambda cells: '{"instances":[' + ",".join(f'{{"a":{cell}}}' for cell in cells) + "]}",
    "lists": lambda cells: '{"instances":[' + ",".join(f'{{"a":[{cell}]}}' for cell in cells) + "]}",
}
V1_REQUESTS = {
    '{"instances":[[1,"x"],[2,"y"]]}': [[1, "x"], [2, "y"]],
    '{"instances":[["x",1],["y",2]]}': [["x", 1], ["y", 2]],
    '{"instances":[[1,2],[3,4]]}': [[1, 2], [3, 4]],
    '{"instances":[[1,true],[3,false]]}': [[1, True], [3, False]],
    '{"instances":[[1,2.5],[3,4]]}': [[1, 2.5], [3, 4]],
    '{"instances":[["x","y"]]}': [["x", "y"]],
    '{"instances":[["x",null]]}': [["x", None]],
    '{"instances":[[[1],[2]],[[3],[4]]]}': [[[1], [2]], [[3], [4]]],
    '{"instances":[[1,2],[3]]}': [[1, 2], [3]],
    '{"instances":5}': 5,
    '{"instances":"x"}': "x",
    '{"instances":null}': None,
    '{"instances":[]}': [],
    '{"inputs":[[1,2],[3,4]]}': [[1, 2], [3, 4]],
    '{"instances":[1],"inputs":[2]}': [1],
    '{"inputs":[2],"instances":[1]}': [2],
    '{"instances":[1],"parameters":{"k":[1]}}': [1],
    '{"instances":[1],"stray":1}': [1],
    '{"instances":[1],"instances":[2]}': [1],
    '{"instances":[{"a":1,"b":"x"},{"a":2,"b":"y"}]}': {"a": [1, 2], "b": ["x", "y"]},
    '{"instances":[{"a":[1],"b":["x"]},{"a":[2],"b":["y"]}]}': {"a": [1, 2], "b": ["x", "y"]},
    '{"instances":[{"a":[1,2]},{"a":[3,4]}]}': {"a": [[1, 2], [3, 4]]},
    '{"instances":[1]} x': [1],
}


def kserve_askers():
    """Ask KServe's own application, by its v1 and by its v2 route."""
    from kserve import Model
    from kserve.model_repository import ModelRepository
    from kserve.model_server import app
    from kserve.protocol.dataplane import DataPlane
    from kserve.protocol.model_repository_extension import ModelRepositoryExtension
    from kserve.protocol.rest.server import RESTServer
    from kserve.utils.utils import get_predict_input, get_predict_response

    given = []

    class Echo(Model):
        ready = True

        def load(self):
            return True

        async def predict(self, payload, headers=None, response_headers=None):
            given.append(get_predict_input(payload))
            return get_predict_response(payload, np.array([1.0]), self.name)

    registry = ModelRepository()
    model = Echo("echo")
    model.ready = True
    registry.update(model)
    plane = DataPlane(registry)
    server = RESTServer(app, plane, ModelRepositoryExtension(registry), 8080)
    server._register_endpoints(app)
    server._add_exception_handlers(app)
    client = TestClient(app, raise_server_exceptions=False)

    def asker(path):
        def ask(body):
            given.clear()
            text = body.encode("utf-8", "surrogatepass")
            code = client.post(path, content=text, headers={"content-type": "application/json"}).status_code
            return given[0] if code == 200 else None

        return ask

    return asker("/v1/models/echo:predict"), asker("/v2/models/echo/infer")


def kserve_answers():
    v1, v2 = kserve_askers()
    forms = {}
    for form, body in V1_FORMS.items():
        rows = (lambda cells: [f"[{cell}]" for cell in cells]) if form == "rows" else (lambda cells: cells)
        forms[form] = "".join(answer(v1(body(cells)), rows(cells), "FP64") for cells in CELLS.values())
    return {
        "cells": {f"{content or ''}/": by_datatype(v2, content, None) for content in ("pd", None)},
        "requests": requests(v2),
        "v1": {"cells": forms, "requests": {body: letter(v1(body), wanted) for body, wanted in V1_REQUESTS.items()}},
    }


if __name__ == "__main__":
    path = pathlib.Path(__file__).with_name("oip-answers.json")
    answers = json.loads(path.read_text()) if path.exists() else {}
    answers["cells"] = CELLS
    for name, record in [("mlserver", mlserver_answers), ("kserve", kserve_answers)]:
        try:
            answers[name] = record()
        except ModuleNotFoundError as error:
            print(f"{name} is not asked: {error}")
    path.write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n")
