"""The model of predict.py as KServe's own Python server has one, by its v1 protocol and by v2: it adds up the columns a, b and c.

    python test/servers/kserve_model.py PORT
"""

import sys

import numpy
from kserve import Model, ModelServer
from kserve.utils.utils import get_predict_input, get_predict_response

WEIGHTS = {"a": 1.0, "b": 0.5, "c": -2.0}


class Sum(Model):
    def load(self):
        self.ready = True
        return True

    def predict(self, payload, headers=None, response_headers=None):
        given = get_predict_input(payload)
        if hasattr(given, "columns"):
            given = given[list(WEIGHTS)]
        # as its own sklearn server has it, what the model raises is the server's answer
        return get_predict_response(payload, numpy.asarray(given, dtype="float64") @ numpy.array(list(WEIGHTS.values())), self.name)


if __name__ == "__main__":
    model = Sum("m")
    model.load()
    ModelServer(http_port=int(sys.argv[1]), enable_grpc=False, workers=1).start([model])
