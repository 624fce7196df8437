"""Payloads and signatures drawn at random, and what MLflow and Azure ML's parsing make of them: a line of JSON for each.

    python test/servers/verdicts.py COUNT SEED

They are asked as test/model/record.py asks. A letter tells the answer: r refused, s given to the model as sent, c changed,
a accepted, where a model without a signature leaves open what "as sent" is.
"""
import json
import pathlib
import random
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "model"))
import record  # noqa: E402

POOLS = {
    "whole": ["0", "1", "5", "-3", "127", "128", "255", "300", "-129", "32768", "2147483647", "2147483648", "-2147483649", "16777217"],
    "wide": ["9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616"],
    "float": ["1.5", "-0.25", "2.0", "1e3", "1e39", "0.1", "70000.5", "-0.0", "123456789.123"],
    "gap": ["null"],
    "nan": ["NaN", "Infinity", "-Infinity"],
    "truth": ["true", "false"],
    "text": ['"abc"', '"x y"', '"é"', '"Zürich"', '"a,b"'],
    "digits": ['"1"', '"007"', '"-5"', '"1.5"', '"1e3"', '"300"', '"99999999999999999999"'],
    "word": ['""', '"NA"', '"null"', '"nan"', '"NaN"', '"None"', '"true"', '"False"', '"inf"', '"NaT"'],
    "date": ['"2020-01-02"', '"2021-12-31"'],
    "time": ['"2020-01-02T03:04:05"', '"2021-01-02T00:00:00"'],
    "fraction": ['"2020-01-02T03:04:05.5"', '"2020-01-02T03:04:05.123456"', '"2020-01-02T03:04:05.000"'],
    "blank": ['"2020-01-02 03:04:05"', '"2020-01-02 03:04"'],
    "zoned": ['"2020-01-02T03:04:05Z"', '"2020-01-02T03:04:05+02:00"'],
    "far": ['"9999-12-31"', '"1600-01-01"', '"2262-04-12"'],
    "odd": ['"2020-13-01"', '"20240102"', '"12:30"', '"Jan 2 2020"', '"31.12.2020"'],
    "base64": ['"dGVzdA=="', '"AAAA"', '"dGVzdA"', '"dGV-zdA=="'],
    "list": ["[1,2]", "[]", '["a"]'],
}
USUAL = ["whole", "float", "truth", "text", "digits", "date", "time", "fraction", "base64", "wide"]
FITTING = {
    "boolean": ["truth"], "integer": ["whole"], "long": ["whole", "wide"], "float": ["float", "whole"], "double": ["float", "whole", "wide"],
    "string": ["text", "digits", "word"], "binary": ["base64"], "datetime": ["date", "time", "fraction", "blank", "far"],
}


def column(draw, rows, type_):
    """Cells that mostly fit the type, and now and then do not."""
    kinds = [draw.choice(FITTING.get(type_, USUAL) if draw.random() < 0.6 else USUAL if draw.random() < 0.6 else list(POOLS))]
    if draw.random() < 0.35:
        kinds.append(draw.choice([*FITTING.get(type_, USUAL), "gap", "nan", *POOLS]))
    return [draw.choice(POOLS[draw.choice(kinds)]) for _ in range(rows)]


def schema_of(draw):
    what = draw.random()
    if what < 0.15:
        return None
    if what < 0.7:
        names = draw.sample(["a", "b", "c", "made_at", "d e"], draw.randint(1, 4))
        return [{"name": n, "type": draw.choice(record.SCALARS), **({"required": False} if draw.random() < 0.2 else {})} for n in names]
    if what < 0.76:
        return [{"type": draw.choice(record.SCALARS)} for _ in range(draw.randint(1, 2))]
    if what < 0.9:
        return [record.tensor([-1] + draw.choice([[], [2], [1], [2, 2]]), None, draw.choice(record.DTYPES))]
    return [record.tensor([-1] + draw.choice([[], [], [2]]), name, draw.choice(record.DTYPES)) for name in draw.sample(["a", "b", "c"], draw.randint(1, 2))]


def columns_for(draw, schema, rows):
    """Names and cells that mostly are the signature's."""
    if schema and "name" in schema[0] and draw.random() < 0.95:
        specs = [(spec["name"], spec["type"]) for spec in schema]
    else:
        specs = [(name, None) for name in ["a", "b", "c"][: len(schema) if schema else draw.randint(1, 3)]]
    if draw.random() < 0.08:
        specs.pop(draw.randrange(len(specs)))
    if draw.random() < 0.08:
        specs.append((draw.choice(["z", "A", "aa"]), None))
    if draw.random() < 0.15:
        draw.shuffle(specs)
    return {name: column(draw, rows, type_) for name, type_ in specs}


def tensor_for(draw, schema, rows):
    shape = schema[0]["tensor-spec"]["shape"] if schema and schema[0]["type"] == "tensor" and draw.random() < 0.85 else draw.choice([[-1], [-1, 2], [-1, 2, 2]])
    size = 1
    for n in shape[1:]:
        size *= n
    flat = column(draw, rows * size, None)

    def nest(cells, inner):
        if not inner:
            return cells[0]
        step = len(cells) // inner[0]
        return "[" + ",".join(nest(cells[i * step : (i + 1) * step], inner[1:]) for i in range(inner[0])) + "]"

    return "[" + ",".join(nest(flat[i * size : (i + 1) * size], shape[1:]) for i in range(rows)) + "]"


def objects(columns, rows):
    return "[" + ",".join("{" + ",".join(f"{json.dumps(n)}:{cells[i]}" for n, cells in columns.items()) + "}" for i in range(rows)) + "]"


def split(columns, rows, index):
    data = "[" + ",".join("[" + ",".join(cells[i] for cells in columns.values()) + "]" for i in range(rows)) + "]"
    labels = f'"index":{json.dumps(list(range(rows)))},' if index else ""
    return f'{{"columns":{json.dumps(list(columns))},{labels}"data":{data}}}'


def named(columns):
    return "{" + ",".join(f"{json.dumps(n)}:[{','.join(cells)}]" for n, cells in columns.items()) + "}"


def question(draw):
    schema = schema_of(draw)
    rows = draw.choice([0, 1, 2, 2, 3, 5])
    table = columns_for(draw, schema, rows)
    tensors = schema and schema[0]["type"] == "tensor"
    form = draw.choice(["split", "split", "records", "inputs", "instances", "list", "azure split", "azure split", "azure list", "azure named"])
    if tensors and draw.random() < 0.6:
        form = draw.choice(["list", "azure list"] if "name" not in schema[0] else ["inputs", "azure named"])
    server = "azureml" if form.startswith("azure") else "mlflow"
    if form == "split":
        body = f'{{"dataframe_split":{split(table, rows, draw.random() < 0.5)}}}'
    elif form == "records":
        body = f'{{"dataframe_records":{objects(table, rows)}}}'
    elif form in ("inputs", "instances"):
        body = f'{{"{form}":{named(table)}}}'
    elif form == "list":
        body = f'{{"inputs":{tensor_for(draw, schema, rows)}}}'
    elif form == "azure split":
        body = f'{{"input_data":{split(table, rows, draw.random() < 0.9)}}}'
    elif form == "azure named":
        body = f'{{"input_data":{named(table)}}}'
    else:
        body = f'{{"input_data":{tensor_for(draw, schema, rows)}}}'
    return server, body, schema, table if "list" not in form else None


def type_of(spec):
    return spec["tensor-spec"]["dtype"] if spec["type"] == "tensor" else spec["type"]


def letter(given, schema, table):
    if given is None:
        return "r"
    if schema is None or table is None or "name" not in schema[0] or not any(table.values()):
        return "a"
    if any(name not in {spec["name"] for spec in schema} for name in table):
        return "c"
    letters = []
    for spec in schema:
        if spec["name"] in table:
            if spec["name"] not in given:
                return "c"
            values = given[spec["name"]]
            sent = [record.value_of(cell) for cell in table[spec["name"]]]
            values = values.tolist() if hasattr(values, "tolist") else list(values) if isinstance(values, (list, tuple)) else [values]
            letters.append(len(values) == len(sent) and all(record.same(g, s, type_of(spec)) for g, s in zip(values, sent)))
    return "s" if all(letters) else "c"


if __name__ == "__main__":
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    for n in range(count):
        server, body, schema, table = question(random.Random(seed * 1_000_000 + n))
        given = record.ask(record.azureml if server == "azureml" else record.mlflow_json, body, schema)
        print(json.dumps({"n": n, "server": server, "body": body, "schema": schema, "answer": letter(given, schema, table)}))
