"""Writes tritonclient.json beside it: requests in JSON as tritonclient makes them.

pip install "tritonclient[http]==2.73.0"
python record-tritonclient.py
"""

import json
import os

import numpy as np
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput

tensor = InferInput("x", [2, 2], "FP32")
tensor.set_data_from_numpy(np.array([[1.5, 2], [3, 4]], "f4"), binary_data=False)


def request(**options):
    body, _ = InferenceServerClient.generate_request_body([tensor], **options)
    return body.decode()


requests = {
    "plain": request(),
    "with the model's own": request(parameters={"temperature": 0.5}),
    "in a sequence": request(sequence_id=7, sequence_start=True, priority=1, timeout=1000),
    "with outputs": request(outputs=[InferRequestedOutput("y", binary_data=False, class_count=3)]),
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "tritonclient.json"), "w") as out:
    out.write("{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(body)}" for name, body in requests.items()) + "\n}\n")
