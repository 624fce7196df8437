#!/usr/bin/env bash
# MLServer 1.7.1 (PyPI), its numpy codec, on an Open Inference Protocol input of datatype BYTES: as long as every element is a string, they
# come out as strings. One null (or number) among them, and all of them become bytes, each cut to as many bytes as the last dimension of the
# shape, which is the number of rows: ["abcdef", null, "x"] of shape [3] is b'abc', b'Non', b'x'. The null is the text "None", cut, too; and with
# more rows more of every text is left. One would expect an error, or None; the datatype has no length. The reason is to_dtype() in
# mlserver/codecs/numpy.py, which takes the shape's last dimension for the size of an element.
# Seen with Python 3.11, numpy 2.4.6 and pandas 3.1.1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet mlserver==1.7.1 numpy==2.4.6 pandas==3.1.1
cat > run.py <<'EOF'
import sys
from mlserver.codecs import NumpyCodec
from mlserver.types import RequestInput

SEEN = {
    ("abcdef", "uvwxyz", "x"): ["abcdef", "uvwxyz", "x"],
    ("abcdef", None, "x"): [b"abc", b"Non", b"x"],
    ("abcdef", None, "x", "y", "z"): [b"abcde", b"None", b"x", b"y", b"z"],
    ("abcdef", 5): [b"ab", b"5"],
}
for data, seen in SEEN.items():
    decoded = NumpyCodec.decode_input(RequestInput(name="a", shape=[len(data)], datatype="BYTES", data=list(data))).tolist()
    print(list(data), "->", decoded)
    if decoded != seen:
        sys.exit("this has changed")
EOF
python/bin/python run.py 2>/dev/null || { echo "this has changed"; exit 1; }
