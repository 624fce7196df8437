import { makeZip } from "client-zip";
import { type ConvertOptions, convert, type SplitOptions, split } from "transload/web";
import type { Choices, Destination, Result, Trial } from "../messages.js";
import { type Input, openInput } from "./input.js";
import { sinkFor } from "./sink.js";
import { textOf } from "./text.js";

/** Forms that are no text. */
const BINARY: readonly string[] = ["parquet", "arrow", "arrows", "npy", "triton:binary"];
const TRIAL = { rows: 10, characters: 2000 };

type Bytes = ReadableStream<Uint8Array<ArrayBuffer>>;

/** Converts a file into its destination. Where that fails, or is stopped, nothing of it is left there. */
export async function run(
  file: File,
  choices: Choices,
  destination: Destination,
  told: (used: number) => void,
  signal: AbortSignal,
): Promise<Result> {
  const warnings: string[] = [];
  const input = await openInput(file, choices, told);
  const around = {
    signal,
    onWarning: ({ message }: { message: string }) => void warnings.push(message),
    ...(input.blob && { onProgress: told }),
  };
  const sink = await sinkFor(destination);
  try {
    const pieces = { count: 0 };
    const bytes = isCut(choices) ? zipOf(input, choices, around, baseOf(destination.name), pieces) : converted(input, choices, around);
    await bytes.pipeTo(sink.writable, { signal });
    return { ...(await sink.result()), pieces: isCut(choices) ? pieces.count : undefined, warnings };
  } catch (error) {
    await sink.writable.abort(error).catch(() => {});
    await sink.discard().catch(() => {});
    throw error;
  }
}

/** How the result will begin: of the first rows alone, so that what the options make of a payload is seen before it is converted. */
export async function attempt(file: File, choices: Choices, signal: AbortSignal): Promise<Trial> {
  let text: string;
  try {
    // what stands behind the rows may belong to the result; where it is said that nothing does, the file is read no further than these
    text = await beginning(file, choices, { signal, head: TRIAL.rows, fixed: true });
  } catch (error) {
    if (signal.aborted) throw error;
    text = await beginning(file, choices, { signal, head: TRIAL.rows });
  }
  if (BINARY.includes(choices.to)) return { text: undefined, cut: false };
  return { text: text.slice(0, TRIAL.characters), cut: text.length > TRIAL.characters };
}

async function beginning(file: File, choices: Choices, around: Partial<SplitOptions>): Promise<string> {
  const input = await openInput(file, choices);
  return await textOf(isCut(choices) ? firstOf(input, choices, around) : converted(input, choices, around));
}

function isCut({ maxRows, maxBytes }: Choices): boolean {
  return maxRows !== undefined || maxBytes !== undefined;
}

function optionsOf(input: Input, choices: Choices): ConvertOptions {
  return { ...choices, ...input.options } as ConvertOptions;
}

function converted(input: Input, choices: Choices, around: Partial<ConvertOptions>): Bytes {
  return input.stream.pipeThrough(convert({ ...optionsOf(input, choices), ...around, ...(input.blob && { blob: input.blob }) })) as Bytes;
}

function piecesOf(input: Input, choices: Choices, around: Partial<SplitOptions>) {
  return split(input.blob ?? input.stream, { ...optionsOf(input, choices), ...around });
}

/** Each piece is a file of the zip, which is written as they come; client-zip writes Zip64 where the zip grows beyond 4 GB. */
function zipOf(input: Input, choices: Choices, around: Partial<SplitOptions>, base: string, told: { count: number }): Bytes {
  const files = async function* () {
    for await (const piece of piecesOf(input, choices, around)) {
      const number = `${piece.number}`.padStart(5, "0");
      yield { name: base.replace(/(\.[a-z]+)?$/i, `-${number}$1`), input: piece };
      told.count++;
    }
  };
  return makeZip(files()) as Bytes;
}

/** `iris.mlflow.json` of `iris.mlflow.json.zip`. */
function baseOf(name: string): string {
  return name.replace(/\.zip$/i, "");
}

function firstOf(input: Input, choices: Choices, around: Partial<SplitOptions>): Bytes {
  const first = async function* () {
    for await (const piece of piecesOf(input, choices, around)) {
      yield* piece;
      return;
    }
  };
  const bytes = first();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await bytes.next();
      if (done) controller.close();
      else controller.enqueue(value as Uint8Array<ArrayBuffer>);
    },
  });
}
