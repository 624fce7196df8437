"""Writes tritonclient.json beside it: requests with binary tensors as tritonclient makes them, and what is in them.

pip install "tritonclient[http]==2.73.0" ml_dtypes==0.5.4 numpy==2.4.6
python record_tritonclient.py
"""

import base64
import json
import pathlib

import ml_dtypes
import numpy as np
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput

DTYPES = {
    "BOOL": "bool",
    **{f"{sign}INT{bits}": f"{sign.lower()}int{bits}" for sign in ("U", "") for bits in (8, 16, 32, 64)},
    "FP16": "float16",
    "BF16": ml_dtypes.bfloat16,
    "FP32": "float32",
    "FP64": "float64",
    "BYTES": object,
}


def ends(datatype):
    """The least and the greatest, and what is special between them."""
    if datatype == "BOOL":
        return [True, False]
    if datatype == "BYTES":
        return [b"a", b"", "é".encode(), b"\x00", "日本".encode(), b"x" * 300]
    dtype = np.dtype(DTYPES[datatype])
    if datatype.endswith(("8", "16", "32", "64")) and "INT" in datatype:
        info = np.iinfo(dtype)
        return [info.min, info.max, 1]
    info = ml_dtypes.finfo(dtype)
    special = [float(info.smallest_subnormal), float(info.tiny), float("inf"), float("-inf"), float("nan"), -0.0, 1.5, 0.1]
    return [float(info.min), float(info.max), *special]


def spelled(array):
    """Cells as text, base64 of what is bytes."""
    if array.dtype == object:
        return [base64.b64encode(cell).decode() for cell in array.flatten()]
    if array.dtype == bool or array.dtype.kind in "iu":
        return [str(int(cell)) for cell in array.flatten()]
    return [repr(float(cell)) for cell in array.flatten()]


def tensor(name, datatype, cells, shape=None, binary=True):
    array = np.array(cells, DTYPES[datatype]).reshape([len(cells)] if shape is None else shape)
    own = InferInput(name, list(array.shape), datatype)
    own.set_data_from_numpy(array, binary_data=binary)
    return own, {"name": name, "datatype": datatype, "shape": list(array.shape), "cells": spelled(array)}


def request(*tensors, **options):
    body, length = InferenceServerClient.generate_request_body([own for own, _ in tensors], **options)
    return {"body": base64.b64encode(body).decode(), "length": length, "tensors": [known for _, known in tensors]}


def both(datatype, cells, asked=None):
    """In JSON, and as a binary tensor of the same datatype or of the one that is asked for."""
    body = InferenceServerClient.generate_request_body([tensor("x", datatype, cells, binary=False)[0]])[0]
    dtype = DTYPES[asked or datatype]
    return {"json": body.decode(), **request(tensor("x", asked or datatype, np.array(cells, DTYPES[datatype]).astype(dtype)))}


requests = {datatype: request(tensor("x", datatype, ends(datatype))) for datatype in DTYPES}
for datatype in DTYPES:
    if datatype != "BF16":
        requests[f"{datatype}, from JSON"] = both(datatype, ends(datatype))
# between two of their numbers, in the middle and beside it, and among the smallest
floats = [1 + k / 2**13 for k in range(64)] + [65504, 65519, -65519, 2**-24, 2**-25, 2**-25 * 1.01, 3 * 2**-25, 2**-14, 0.3, -0.0, 1e-40, 0]
requests["FP16 of FP32"] = both("FP32", floats, "FP16")
requests["BF16 of FP32"] = both("FP32", [*floats, 3.38e38, 1.005859375, 1.00390625, 1.01171875, 1e-45], "BF16")
requests["no UTF-8"] = request(tensor("x", "BYTES", [b"\xff\xd8\xff", b"", b"abc", b"\xe9"]), tensor("y", "BYTES", [b"abc"]))
requests["a single value"] = request(tensor("x", "FP32", [1.5], []), tensor("y", "BYTES", [b"abc"], []))
for rank in range(1, 5):
    shape = [2, 3, 1, 2][:rank]
    size = int(np.prod(shape))
    requests[f"rank {rank}"] = request(
        tensor("x", "FP32", [i / 4 for i in range(size)], shape), tensor("y", "BYTES", [b"%d" % i for i in range(size)], shape)
    )
requests["no rows"] = request(tensor("x", "FP32", [], [0]), tensor("y", "BYTES", [], [0]), tensor("z", "INT64", [], [0, 3]))
requests["no cells"] = request(tensor("x", "FP32", [], [2, 0]))
requests["data beside binary tensors"] = request(
    tensor("a", "FP32", [1.5, 2, 3, 4], [2, 2]),
    tensor("b", "INT64", [2**53 + 1, -(2**63)], binary=False),
    tensor("c", "BYTES", [b"x", b"y"], binary=False),
    tensor("d", "UINT64", [2**64 - 1, 0]),
    tensor("e", "BOOL", [True, False], binary=False),
    tensor("f", "FP64", [1.5, 0.1], [1, 2], binary=False),
)
requests["with an id, parameters and outputs"] = request(
    tensor("x", "FP32", [1.5]),
    request_id="7",
    parameters={"temperature": 0.5},
    outputs=[InferRequestedOutput("y", binary_data=True)],
)
requests["in a sequence"] = request(tensor("x", "FP32", [1.5]), sequence_id=7, sequence_start=True, priority=1, timeout=1000)
path = pathlib.Path(__file__).with_name("tritonclient.json")
path.write_text("{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(own)}" for name, own in requests.items()) + "\n}\n")
