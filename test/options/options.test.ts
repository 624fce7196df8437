// What may be asked: options by their names, and the signal that ends everything.
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, test } from "vitest";
import {
  Batch,
  type ConvertOptions,
  convert,
  convertFile,
  inspect,
  readBatches,
  type SplitOptions,
  split,
  TransloadError,
  writeBatches,
} from "../../src/index.js";

const PAYLOAD = '{"input_data":{"columns":["a"],"index":[0],"data":[[1]]}}';
const bytes = () => Readable.from([Buffer.from(PAYLOAD)], { objectMode: false });

/** The functions that take options, each as one that is called with these and runs to its end. */
const CALLS: Readonly<Record<string, (options: Record<string, unknown>) => Promise<unknown>>> = {
  convert: async (options) => pipeline(bytes(), convert({ to: "mlflow", ...options } as ConvertOptions), drain),
  readBatches: async (options) => drain(readBatches(bytes(), options)),
  writeBatches: async (options) => pipeline(readBatches(bytes()), writeBatches({ to: "mlflow", ...options }), drain),
  inspect: async (options) => inspect(bytes(), options),
  split: async (options) => drain(split(bytes(), { to: "mlflow", maxRows: 1, ...options } as SplitOptions)),
};

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

describe.each(Object.entries(CALLS))("%s", (name, call) => {
  test("refuses an option that there is not, and tells the nearest", async () => {
    await expect(call({ onWarnin: () => {} })).rejects.toMatchObject({
      code: "E_OPTION",
      detail: `${name} has no option onWarnin; did you mean onWarning?`,
    });
    await expect(call({ zzzzzzzzzzzz: 1 })).rejects.toMatchObject({ code: "E_OPTION", detail: expect.stringMatching(/; known: .*engine/) });
  });

  test("takes one that is undefined for one that is not given", async () => {
    await expect(call({ onWarnin: undefined, signal: undefined, engine: undefined })).resolves.not.toThrow();
  });

  test("refuses a value that cannot be", async () => {
    await expect(call({ engine: "fast" })).rejects.toMatchObject({
      code: "E_OPTION",
      detail: 'engine is "fast"; it must be core or reference',
    });
    await expect(call({ onWarning: "x" })).rejects.toMatchObject({ code: "E_OPTION", detail: 'onWarning is "x"; it must be a function' });
    await expect(call({ signal: {} })).rejects.toMatchObject({ code: "E_OPTION", detail: "signal is {}; it must be an AbortSignal" });
  });

  test("ends in E_ABORT, with the signal's reason as cause, before it begins", async () => {
    const reason = new Error("enough");
    await expect(call({ signal: AbortSignal.abort(reason) })).rejects.toMatchObject({ code: "E_ABORT", cause: reason });
  });
});

test.each(["FOO", "toString", "fp32"])("a datatype that there is not is refused before anything is read: %s", (datatype) => {
  for (const asked of [datatype, { a: datatype }])
    expect(() => convert({ to: "oip", datatype: asked })).toThrow(
      expect.objectContaining({ code: "E_OPTION", detail: expect.stringMatching(/ is unknown; .*known: BOOL, .*BF16$/) }),
    );
  if (datatype === "fp32") expect(() => convert({ to: "oip", datatype })).toThrow(/did you mean FP32\?/);
});

describe("a source that never gives more", () => {
  /** The head of a payload, and then nothing, ever. */
  const hanging = () => {
    let told = false;
    return new Readable({
      read() {
        if (!told) this.push('{"input_data":{"columns":["a"],"index":[0],"data":[[1],');
        told = true;
      },
    });
  };
  const WAITS: Readonly<Record<string, (source: Readable, signal: AbortSignal) => Promise<unknown>>> = {
    convert: (source, signal) => pipeline(source, convert({ to: "mlflow", signal }), drain),
    "convert to a binary file": (source, signal) => pipeline(source, convert({ to: "parquet", signal }), drain),
    readBatches: (source, signal) => drain(readBatches(source, { signal })),
    inspect: (source, signal) => inspect(source, { signal }),
    split: async (source, signal) => {
      for await (const piece of split(source, { to: "mlflow", maxRows: 1, signal })) await drain(piece);
    },
    writeBatches: (_, signal) => {
      async function* never() {
        yield new Batch({ rowOffset: 0, rowCount: 0, columns: [], kind: "frame" });
        await new Promise(() => {});
      }
      return pipeline(never(), writeBatches({ to: "mlflow", signal }), drain);
    },
  };
  test.each(Object.entries(WAITS))("does not keep %s from being aborted", async (_, wait) => {
    const controller = new AbortController();
    const source = hanging();
    const waiting = wait(source, controller.signal);
    setTimeout(() => controller.abort(), 20);
    await expect(waiting).rejects.toMatchObject({ code: "E_ABORT" });
    source.destroy();
  });
});

describe("convert", () => {
  test("says that `to` is missing", () => {
    expect(() => convert({} as ConvertOptions)).toThrow(/^`to` is missing: the dialect to write, azureml/);
    expect(() => convert(undefined as unknown as ConvertOptions)).toThrow(TransloadError);
  });

  test("and convertFile refuse the size of pieces, which are split()'s", async () => {
    for (const asked of [{ maxRows: 10 }, { maxBytes: 1000 }]) {
      const detail = `${Object.keys(asked)[0]} cuts a payload into pieces, and this gives one payload; split() gives the pieces`;
      for (const to of ["mlflow", "parquet"]) {
        expect(() => convert({ to, ...asked } as ConvertOptions)).toThrow(expect.objectContaining({ code: "E_OPTION", detail }));
        await expect(convertFile("no such file", "other", { to, ...asked } as ConvertOptions)).rejects.toMatchObject({ detail });
      }
    }
  });

  test.each([
    [{ columns: "a" }, 'columns is "a"; it must be a list of names, or an object of new names and old'],
    [{ header: "no" }, 'header is "no"; it must be true or false'],
    [{ through: [1] }, "through is [1]; it must be a list of functions"],
    [{ maxExpand: 0 }, "maxExpand is 0; it must be a number above 0"],
    [{ codec: "lzo" }, 'codec is "lzo"; it must be snappy or lz4 or zstd or gzip or none'],
    [{ index: "column:" }, 'index is "column:"; it must be keep or drop or generate or column:NAME'],
  ])("refuses %j", (options, detail) => {
    expect(() => convert({ to: "mlflow", ...options } as ConvertOptions)).toThrow(detail);
  });
});
