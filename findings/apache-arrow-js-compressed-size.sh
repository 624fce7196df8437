#!/usr/bin/env bash
# apache-arrow 21.2.0 (npm), which since 21 writes IPC with compressed buffers (compressionType, compressionRegistry): it puts the
# compressed size before each buffer, where Arrow's format has the uncompressed one ("an int64 ... uncompressed length",
# Message.fbs, BodyCompressionMethod). Its own reader does not look at that size and gives the numbers back; pyarrow 25 refuses the
# file. One would expect what the official library of a language writes to be read by the others. apache/arrow-js#470 mends it after 21.2.0.
# Seen with Node 20.20 and Python 3.11: 10,000 equal float64 (80,000 bytes) carry a size below 100.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund apache-arrow@21.2.0 @bokuweb/zstd-wasm@0.0.27
python3 -m venv python
python/bin/pip install --quiet pyarrow==25.0.0
cat > run.mjs <<'EOF'
import { writeFileSync } from "node:fs";
import { CompressionType, compressionRegistry, RecordBatchStreamWriter, tableFromArrays, tableFromIPC } from "apache-arrow";
import { compress, decompress, init } from "@bokuweb/zstd-wasm";

await init();
compressionRegistry.set(CompressionType.ZSTD, { encode: (bytes) => compress(bytes), decode: (bytes) => decompress(bytes) });
const table = tableFromArrays({ x: new Float64Array(10_000).fill(0.5) });
const writer = new RecordBatchStreamWriter({ compressionType: CompressionType.ZSTD });
writer.writeAll(table.batches);
writer.close();
const bytes = await writer.toUint8Array();
writeFileSync("x.arrows", bytes);

// a Zstandard frame begins with 28 b5 2f fd; its size is the int64 before it
const at = Buffer.from(bytes).indexOf("28b52ffd", "hex");
const size = Number(Buffer.from(bytes).readBigInt64LE(at - 8));
const own = tableFromIPC(bytes).getChild("x").toArray();
console.log(`size before the buffer: ${size}, of ${own.byteLength} bytes; its own reader gives ${own.length} numbers`);
if (size === own.byteLength || own.length !== 10_000 || own[9_999] !== 0.5) {
  console.log("this has changed");
  process.exit(1);
}
EOF
node run.mjs
cat > run.py <<'EOF'
import sys
import pyarrow.ipc

try:
    table = pyarrow.ipc.open_stream("x.arrows").read_all()
except OSError as error:
    print(f"pyarrow: {type(error).__name__}: {error}")
else:
    print(f"this has changed: pyarrow reads {table.num_rows} rows")
    sys.exit(1)
EOF
python/bin/python run.py
