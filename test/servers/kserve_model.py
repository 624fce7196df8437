"""The model of predict.py as KServe's own Python server has one, by its v1 protocol and by v2: it adds up the columns a, b and c.

    python test/servers/kserve_model.py PORT
"""

import sys

import numpy
from kserve import Model, ModelServer
from kserve.utils.utils import get_predict_response

WEIGHTS = {"a": 1.0, "b": 0.5, "c": -2.0}


class Sum(Model):
    def load(self):
        self.ready = True
        return True

    def predict(self, payload, headers=None, response_headers=None):
        rows = rows_of(payload)
        return get_predict_response(payload, rows @ numpy.array(list(WEIGHTS.values())), self.name)


def rows_of(payload):
    """As custom models read the two protocols; what kserve.utils makes of instances that are objects needs a list in each of their cells."""
    if isinstance(payload, dict):
        instances = payload["inputs" if "inputs" in payload else "instances"]
        return numpy.array([[row[name] for name in WEIGHTS] if isinstance(row, dict) else row for row in instances], dtype="float64")
    columns = {tensor.name: tensor.as_numpy() for tensor in payload.inputs}
    if len(columns) == 1:
        return next(iter(columns.values()))
    return numpy.column_stack([columns[name].reshape(-1) for name in WEIGHTS])


if __name__ == "__main__":
    model = Sum("m")
    model.load()
    ModelServer(http_port=int(sys.argv[1]), enable_grpc=False, workers=1).start([model])
