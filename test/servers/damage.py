"""Reads the files whose names come in, and says of each whether pyarrow, or numpy, takes it for whole (damage.ts)."""

import sys
import zipfile

import numpy
import pyarrow
import pyarrow.ipc
import pyarrow.parquet


def read(form, path):
    if form == "arrow":
        table = pyarrow.ipc.open_file(path).read_all()
    elif form == "arrows":
        with open(path, "rb") as file:
            table = pyarrow.ipc.open_stream(file).read_all()
    elif form == "parquet":
        table = pyarrow.parquet.read_table(path, page_checksum_verification=True)
    else:
        arrays = numpy.load(path, allow_pickle=False)
        if form == "npz":
            for name in arrays.files:
                arrays[name]
        return
    table.validate(full=True)


for line in sys.stdin:
    try:
        read(sys.argv[1], line.strip())
        print("read")
    except (Exception, zipfile.BadZipFile) as error:
        print(f"{type(error).__name__}: {str(error)[:100]}".replace("\n", " "))
    sys.stdout.flush()
