"""Logs a model that adds up its columns, and writes a CSV of so many rows beside what the model predicts of the whole frame."""

import sys
from pathlib import Path

import mlflow
import numpy
import pandas
from mlflow.models import infer_signature


class Sum(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return model_input.to_numpy(dtype="float64") @ numpy.array([1.0, 0.5, -2.0])


folder, rows = Path(sys.argv[1]), int(sys.argv[2])
folder.mkdir(parents=True)
random = numpy.random.default_rng(14)
frame = pandas.DataFrame({name: random.normal(size=rows) for name in "abc"})
frame.to_csv(folder / "rows.csv", index=False)
read = pandas.read_csv(folder / "rows.csv", float_precision="round_trip")
model = Sum()
signature = infer_signature(read.head(), model.predict(None, read.head()))
mlflow.pyfunc.save_model(str(folder / "model"), python_model=model, signature=signature, pip_requirements=[])
predicted = mlflow.pyfunc.load_model(str(folder / "model")).predict(read)
numpy.asarray(predicted, dtype="float64").tofile(folder / "predicted.bin")
