#!/usr/bin/env bash
# @hpcc-js/wasm-zstd 1.12.5 (npm): decompressChunk(bytes, outputSize) gives at most outputSize bytes, and what of the input it did
# not get to is gone: the next calls give what the decoder had in hand (one block), and then nothing. No error is raised, and
# nothing tells that the text is not whole. One would expect the rest from the following calls, as zlib and libzstd have it.
# Seen with Node 20.20: 400,000 bytes, asked for 100,000 at a time, come back as 131,072.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @hpcc-js/wasm-zstd@1.12.5
cat > run.mjs <<'EOF'
import { Zstd } from "@hpcc-js/wasm-zstd";

const zstd = await Zstd.load();
const text = Uint8Array.from({ length: 400_000 }, (_, i) => (Math.imul(i, 2654435761) >>> 13) & 255);
const packed = zstd.compress(text);
zstd.reset();
const whole = zstd.decompressChunk(packed, text.length).length;
zstd.reset();
const parts = [zstd.decompressChunk(packed, 100_000).length];
for (let i = 0; i < 9; i++) parts.push(zstd.decompressChunk(new Uint8Array(0), 100_000).length);
const sum = parts.reduce((a, b) => a + b);
console.log(`${text.length} bytes: ${whole} at once; ${sum} in parts of at most 100000 (${parts.join(" ")})`);
if (whole !== text.length || sum !== 131_072) {
  console.log("this has changed");
  process.exit(1);
}
EOF
node run.mjs
