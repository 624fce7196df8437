"""Writes kserve.json beside it: what KServe's own server makes of the requests in tritonclient.json, and answers in binary tensors of the same.

pip install kserve==0.21.0 fastapi==0.165.0 httpx     # an older fastapi takes no binary body there
python record_kserve.py
"""

import base64
import json
import logging
import pathlib

import numpy as np
from kserve import InferOutput, InferRequest, InferResponse, Model
from kserve.model_repository import ModelRepository
from kserve.model_server import app
from kserve.protocol.dataplane import DataPlane
from kserve.protocol.model_repository_extension import ModelRepositoryExtension
from kserve.protocol.rest.server import RESTServer
from starlette.testclient import TestClient

logging.disable(logging.CRITICAL)
folder = pathlib.Path(__file__).parent
given = []


def spelled(array):
    if array.dtype.kind in "OSU":
        encoded = [cell if isinstance(cell, bytes) else str(cell).encode() for cell in array.flatten()]
        return [base64.b64encode(cell).decode() for cell in encoded]
    if array.dtype == bool or array.dtype.kind in "iu":
        return [str(int(cell)) for cell in array.flatten()]
    return [repr(float(cell)) for cell in array.flatten()]


class Echo(Model):
    ready = True

    def load(self):
        return True

    async def predict(self, payload: InferRequest, headers=None, response_headers=None):
        outputs = []
        for tensor in payload.inputs:
            array = tensor.as_numpy()
            given.append({"name": tensor.name, "datatype": tensor.datatype, "shape": list(tensor.shape), "cells": spelled(array)})
            outputs.append(InferOutput(tensor.name, list(tensor.shape), tensor.datatype, data=array))
        return InferResponse("7", self.name, outputs, use_binary_outputs=True)


registry = ModelRepository()
model = Echo("echo")
model.ready = True
registry.update(model)
server = RESTServer(app, DataPlane(registry), ModelRepositoryExtension(registry), 8080)
server._register_endpoints(app)
server._add_exception_handlers(app)
client = TestClient(app, raise_server_exceptions=False)


def asked(body, length):
    given.clear()
    headers = {"content-type": "application/octet-stream", "inference-header-content-length": str(length)}
    answer = client.post("/v2/models/echo/infer", content=body, headers=headers)
    if answer.status_code != 200:
        return {"status": answer.status_code, "words": answer.text[:200]}
    header = answer.headers.get("inference-header-content-length")
    known = {"status": 200, "given": list(given)}
    return {**known, "answer": base64.b64encode(answer.content).decode(), "length": int(header)} if header else known


requests = json.loads((folder / "tritonclient.json").read_text())
answers = {name: asked(base64.b64decode(own["body"]), own["length"]) for name, own in requests.items()}
lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(answer)}" for name, answer in answers.items())
(folder / "kserve.json").write_text("{\n" + lines + "\n}\n")
