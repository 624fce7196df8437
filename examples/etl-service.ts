// A service that takes Azure ML's request bodies, of any size, and keeps their rows as Parquet: numbers as float32.
//
//   node --import tsx examples/etl-service.ts rows/
//   curl --data-binary @data/heart.azureml.json -H 'content-type: application/json' localhost:3000/rows
import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import fastify, { type FastifyInstance } from "fastify";
import { convert, TransloadError } from "transload";

export function createService(folder: string): FastifyInstance {
  const service = fastify();
  // the body stays a stream: nobody parses it but the conversion
  service.removeAllContentTypeParsers();
  service.addContentTypeParser("*", (_request, body, done) => done(null, body));
  service.post("/rows", async (request, reply) => {
    const name = `${randomUUID()}.parquet`;
    const path = join(folder, name);
    await mkdir(folder, { recursive: true });
    try {
      const toParquet = convert({ from: "azureml", to: "parquet", dtype: "float32" });
      await pipeline(request.body as Readable, toParquet, createWriteStream(`${path}.part`));
      await rename(`${path}.part`, path);
      return reply.code(201).send({ name });
    } catch (error) {
      await rm(`${path}.part`, { force: true });
      if (!(error instanceof TransloadError)) throw error;
      return reply.code(400).send(error.toJSON());
    }
  });
  return service;
}

const [, script, folder] = process.argv;
if (script === import.meta.filename && folder) await createService(folder).listen({ port: 3000 });
