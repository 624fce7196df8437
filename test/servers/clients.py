"""What clients of each dialect get from a server of theirs, whatever stands behind it: a JSON object for each, a line each.

    python test/servers/clients.py URL MODEL CLIENT...
"""

import json
import os
import sys
from urllib.parse import urlsplit

import requests

ROWS = [[1.0, 2.0, 3.5], [-4.0, 0.25, 1.0], [0.0, 8.0, -0.5]]
NAMES = ["a", "b", "c"]
RECORDS = [dict(zip(NAMES, row)) for row in ROWS]
SPLIT = {"columns": NAMES, "data": ROWS}
INDEXED = {"columns": NAMES, "index": [0, 1, 2], "data": ROWS}


def posted(url, body, content_type="application/json"):
    data = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return requests.post(url, data=data, headers={"Content-Type": content_type}, timeout=60)


def values(response, key=None):
    if response.status_code != 200:
        return f"{response.status_code}: {response.text}"
    answer = response.json()
    return flat(answer if key is None else answer[key])


def flat(cells):
    """Predictions, whether as lists or as the one column of records."""
    if isinstance(cells, dict):
        return [value for cell in cells.values() for value in flat(cell)]
    return [value for cell in cells for value in flat(cell)] if isinstance(cells, list) else [cells]


def refusal(url, body):
    response = posted(url, body)
    return {"status": response.status_code, "body": response.json()}


BROKEN = '{"inputs": [[1, 2, 3.5], [1, 2'
LACKING = {"columns": NAMES[:2], "data": [row[:2] for row in ROWS]}


def mlflow_client(url, model):
    """MLflow's own client of its scoring server, and requests as its documentation has them."""
    from mlflow.pyfunc.scoring_server.client import ScoringServerClient
    import pandas

    parts = urlsplit(url)
    client = ScoringServerClient(parts.hostname, parts.port)
    client.ping()
    yield "version", client.get_version() != ""
    yield "invoke", flat(client.invoke(pandas.DataFrame(RECORDS)).get_predictions().to_numpy().tolist())
    to = f"{url}/invocations"
    csv = "a,b,c\n" + "".join(",".join(map(str, row)) + "\n" for row in ROWS)
    for key, cargo in [("dataframe_split", SPLIT), ("dataframe_records", RECORDS), ("instances", RECORDS)]:
        yield key, values(posted(to, {key: cargo}), "predictions")
    yield "inputs", values(posted(to, {"inputs": {name: [row[name] for row in RECORDS] for name in NAMES}}), "predictions")
    yield "csv", values(posted(to, csv, "text/csv"), "predictions")
    yield "broken", refusal(to, BROKEN)
    yield "lacking", refusal(to, {"dataframe_split": LACKING})


def databricks_client(url, model):
    """mlflow.deployments, as it asks a serving endpoint."""
    os.environ.update(DATABRICKS_HOST=url, DATABRICKS_TOKEN="token", MLFLOW_HTTP_REQUEST_MAX_RETRIES="0")
    from mlflow.deployments import get_deploy_client

    client = get_deploy_client("databricks")
    yield "predict", flat(dict(client.predict(endpoint=model, inputs={"dataframe_split": SPLIT}))["predictions"])
    try:
        yield "lacking", client.predict(endpoint=model, inputs={"dataframe_split": LACKING})
    except requests.HTTPError as error:
        yield "lacking", {"status": error.response.status_code, "body": error.response.json()}


def azureml_client(url, model):
    yield "health", requests.get(url, timeout=60).text
    yield "swagger", requests.get(f"{url}/swagger.json", timeout=60).json()["swagger"]
    to = f"{url}/score"
    yield "split", values(posted(to, {"input_data": INDEXED}))
    yield "broken", refusal(to, BROKEN)
    yield "lacking", refusal(to, {"input_data": {**LACKING, "index": [0, 1, 2]}})


def tfserving_client(url, model):
    to = f"{url}/v1/models/{model}:predict"
    yield "status", requests.get(f"{url}/v1/models/{model}", timeout=60).json()["model_version_status"][0]["state"]
    yield "instances", values(posted(to, {"instances": RECORDS}), "predictions")
    yield "rows", values(posted(to, {"instances": ROWS}), "predictions")
    yield "inputs", values(posted(to, {"inputs": {name: [row[name] for row in RECORDS] for name in NAMES}}), "outputs")
    yield "broken", refusal(to, BROKEN)


def seldon_client(url, model):
    to = f"{url}/api/v1.0/predictions"
    answer = posted(to, {"data": {"names": NAMES, "ndarray": ROWS}})
    yield "ndarray", flat(answer.json()["data"]["ndarray"]) if answer.status_code == 200 else answer.text
    yield "broken", refusal(to, BROKEN)


def triton_client(url, model):
    """tritonclient, which asks for binary tensors unless it is told otherwise."""
    import numpy
    import tritonclient.http as http

    client = http.InferenceServerClient(url.removeprefix("http://"))
    yield "live", client.is_server_live()
    yield "ready", client.is_server_ready() and client.is_model_ready(model)
    yield "server", client.get_server_metadata()["name"]
    metadata = client.get_model_metadata(model)
    yield "model", [[tensor[key] for key in ("name", "datatype", "shape")] for tensor in metadata["inputs"]]

    def inputs(binary, names=NAMES, shape=(3, 1), datatype="FP64"):
        tensors = []
        for name in names:
            cells = numpy.array([row[NAMES.index(name)] for row in ROWS]).reshape(shape)
            tensors.append(http.InferInput(name, cells.shape, datatype))
            tensors[-1].set_data_from_numpy(cells, binary_data=binary)
        return tensors

    def predicted(result):
        [output] = result.get_response()["outputs"]
        return flat(result.as_numpy(output["name"]).tolist())

    yield "infer", predicted(client.infer(model, inputs(False)))
    name = client.infer(model, inputs(False)).get_response()["outputs"][0]["name"]
    for binary in (False, True):
        asked = [http.InferRequestedOutput(name, binary_data=binary)]
        yield f"output {binary}", predicted(client.infer(model, inputs(False), outputs=asked))
    yield "shape", predicted(client.infer(model, inputs(False, shape=(3,))))
    yield "id", client.infer(model, inputs(False), request_id="seven").get_response()["id"]
    yield "binary", said(lambda: predicted(client.infer(model, inputs(True))))
    yield "lacking", said(lambda: predicted(client.infer(model, inputs(False, NAMES[:2]))))
    ragged = inputs(False)
    ragged[1] = http.InferInput("b", [2, 1], "FP64").set_data_from_numpy(numpy.array([[1.0], [2.0]]), binary_data=False)
    yield "ragged", said(lambda: predicted(client.infer(model, ragged)))


def said(infer):
    import tritonclient.utils

    try:
        return infer()
    except tritonclient.utils.InferenceServerException as error:
        return {"status": int(error.status() or 0), "message": error.message()}


def kserve_clients(url, model, protocol):
    import asyncio

    return asyncio.run(kserve_answers(url, model, protocol)).items()


async def kserve_answers(url, model, protocol):
    """KServe's own client, of either of its protocols."""
    import httpx
    import numpy
    from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

    client = InferenceRESTClient(RESTConfig(protocol=protocol, retries=0, timeout=60))

    async def said(body):
        try:
            return await client.infer(url, body, model_name=model)
        except httpx.HTTPStatusError as error:
            return {"status": error.response.status_code, "body": error.response.json()}

    def request(names):
        tensors = []
        for name in names:
            cells = numpy.array([row[NAMES.index(name)] for row in ROWS])
            tensors.append(InferInput(name, [3, 1], "FP64"))
            tensors[-1].set_data_from_numpy(cells.reshape(3, 1), binary_data=False)
        return InferRequest(model, tensors, request_id="seven")

    answers = {"ready": await client.is_model_ready(url, model)}
    if protocol == "v1":
        answers["live"] = await client.is_server_live(url)
        answers["instances"] = flat((await client.infer(url, {"instances": RECORDS}, model_name=model))["predictions"])
        answers["broken"] = await said({"inputs": [[1, 2, 3.5], [1, 2]]})
        return answers
    answers["live"] = await client.is_server_live(url)
    answers["server"] = await client.is_server_ready(url)
    given = await client.infer(url, request(NAMES), model_name=model)
    answers["infer"], answers["id"] = flat(given.outputs[0].as_numpy().tolist()), given.id
    answers["lacking"] = await said(request(NAMES[:2]))
    return answers


CLIENTS = {
    "mlflow": mlflow_client,
    "databricks": databricks_client,
    "azureml": azureml_client,
    "tfserving": tfserving_client,
    "seldon": seldon_client,
    "triton": triton_client,
    "kserve v1": lambda url, model: kserve_clients(url, model, "v1"),
    "kserve v2": lambda url, model: kserve_clients(url, model, "v2"),
}

if __name__ == "__main__":
    url, model, *clients = sys.argv[1:]
    for client in clients:
        answers = {}
        try:
            for name, answer in CLIENTS[client](url, model):
                answers[name] = answer
        except Exception as error:
            answers["failed"] = f"{type(error).__name__}: {error}"
        print(json.dumps({"client": client, "answers": answers}), flush=True)
