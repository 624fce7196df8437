"""A scoring script for the Azure ML inference server that takes `input_data` as Azure's no-code deployment does.

What decides is the model's signature: column specs make pandas parse the split object, tensor specs make numpy cast
lists, and without a signature the shape of the JSON tells. Behaviour after Azure/azureml-assets,
assets/inference/environments/mlflow-py312-inference/context/mlflow_score_script.py.
"""

import json
import os

import mlflow.pyfunc
import numpy as np
import pandas as pd
from inference_schema.parameter_types.abstract_parameter_type import AbstractParameterType
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema
from mlflow.pyfunc.scoring_server import _get_jsonable_obj

model = mlflow.pyfunc.load_model(os.environ["AZUREML_MODEL_DIR"])
signature = model.metadata.signature


class AsItComes(AbstractParameterType):
    """What has no sample is left as the JSON was."""

    def __init__(self):
        super().__init__(None)

    def deserialize_input(self, input_data):
        return input_data

    def input_to_swagger(self):
        return {"type": "object", "example": {}}


def numpy_type(spec):
    shape = [1 if length == -1 else length for length in spec.shape]
    return NumpyParameterType(np.zeros(shape, spec.type), enforce_shape=False)


def input_type():
    if signature is None:
        return AsItComes()
    inputs = signature.inputs
    if inputs.is_tensor_spec():
        specs = inputs.inputs
        if not inputs.has_input_names():
            return numpy_type(specs[0])
        return StandardPythonParameterType({spec.name: numpy_type(spec) for spec in specs})
    names = inputs.input_names()
    sample = pd.DataFrame(columns=names).astype(dict(zip(names, inputs.pandas_types())))
    return PandasParameterType(sample, enforce_shape=False, orient="split")


def params_type():
    if signature is None or signature.params is None:
        return AsItComes()
    return StandardPythonParameterType({spec.name: spec.default for spec in signature.params.params})


def without_signature(given):
    if isinstance(given, list):
        return np.asarray(given)
    if {"columns", "index", "data"} <= given.keys():
        return pd.read_json(json.dumps(given), orient="split", dtype=False)
    return {name: np.asarray(value) for name, value in given.items()}


def init():
    pass


@input_schema("input_data", input_type())
@input_schema("params", params_type(), optional=True)
def run(input_data, params=None):
    if signature is None:
        input_data = without_signature(input_data)
    return _get_jsonable_obj(model.predict(input_data, params=params), pandas_orient="records")
