// An output that is an object elsewhere.
import { type Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { abortError, TransloadError } from "../errors.js";
import { openUpload, type RemoteOptions } from "../remote/open.js";
import { spelled } from "../remote/url.js";
import { beforeLeaving } from "./leaving.js";
import type { Opened, Output } from "./target.js";

const BUFFERED = 1 << 20;

/**
 * The object appears with `commit`, whole; until then what was there before stays.
 * @throws TransloadError E_OPTION when it is what is read; E_WRITE.
 */
export async function openUploaded(url: string | URL, input: Opened | undefined, remote: RemoteOptions): Promise<Output> {
  const name = spelled(url);
  if (input && [input].flat().some((own) => own.name === name))
    throw new TransloadError("E_OPTION", `${name} is both the input and the output; write to another object`);
  const { signal } = remote;
  const upload = await openUpload(url, remote);
  const callOff = beforeLeaving(() => upload.discard());
  const write = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      throw signal?.aborted ? abortError(signal) : error;
    }
  };
  const sink = () =>
    new Writable({
      highWaterMark: BUFFERED,
      write: (chunk: Uint8Array, _, done) => void write(() => upload.write(chunk)).then(() => done(), done),
      final: (done) => void write(() => upload.end()).then(() => done(), done),
    });
  return {
    name,
    fill: (...steps) => pipeline(...([...steps, sink()] as unknown as [Readable, Writable])),
    pour: async (work) => {
      await work({
        write: async (views) => {
          for (const view of views) await write(() => upload.write(view));
        },
      });
      await write(() => upload.end());
    },
    commit: async () => {
      await write(() => upload.commit());
      callOff();
    },
    discard: async () => {
      await upload.discard();
      callOff();
    },
  };
}
