/** Payloads that `transload bench` makes for itself: a frame of short numbers, and a tensor of 17-digit ones. */
export const SAMPLES = ["heart", "tensor"] as const;
export type Sample = (typeof SAMPLES)[number];

const NAMES = ["age", "sex", "trestbps", "chol", "fbs", "restecg", "thalach", "exang", "oldpeak", "slope", "ca", "thal"];
const RANGES = [78, 2, 201, 565, 2, 3, 203, 2, 6.3, 3, 4, 3];
const WIDTH = 128;
const PIECE = 1 << 20;

/** An Azure ML payload of about `size` bytes, the same for the same size, in pieces; returns its rows. */
export function* sample(kind: Sample, size: number): Generator<string, number> {
  const random = createRandom(1);
  const row = kind === "heart" ? () => heartRow(random) : () => tensorRow(random);
  let text = kind === "heart" ? `{"input_data":{"columns":${JSON.stringify(NAMES)},"data":[${row()}` : `{"input_data":[${row()}`;
  let rows = 1;
  for (let bytes = 0; bytes + text.length < size; rows++) {
    text += `,${row()}`;
    if (text.length < PIECE) continue;
    bytes += text.length;
    yield text;
    text = "";
  }
  yield text + (kind === "heart" ? "]}}" : "]}");
  return rows;
}

function heartRow(random: () => number): string {
  return `[${RANGES.map((range) => (Number.isInteger(range) ? Math.floor(random() * range) : (random() * range).toFixed(1))).join(",")}]`;
}

function tensorRow(random: () => number): string {
  // two draws: one has 32 bits, a double in (-1, 1) has 53
  return `[${Array.from({ length: WIDTH }, () => (random() + random() / 2 ** 32) * 2 - 1).join(",")}]`;
}

/** Numbers in [0, 1), the same on every machine (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
