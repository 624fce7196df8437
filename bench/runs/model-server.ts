// A model's server on a loopback port, which it tells in its first line: MLflow's split in, a prediction for each row out.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** The model takes one request after the other, and for each row the microseconds that the path's first part says: `/20/invocations`. */
let turn: Promise<unknown> = Promise.resolve();

const server = createServer(async (request, response) => {
  // what takes no time at all with what it is sent
  if (request.url?.startsWith("/sink")) {
    request.resume().once("end", () => response.writeHead(200, { "content-type": "application/json" }).end('{"predictions":[1]}'));
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { dataframe_split: frame } = JSON.parse(Buffer.concat(chunks).toString()) as { dataframe_split: { data: number[][] } };
  const predictions = frame.data.map((row) => row.reduce((sum, cell) => sum + cell, 0));
  const microseconds = Number.parseInt(request.url?.split("/")[1] ?? "", 10);
  if (microseconds > 0) {
    turn = turn.then(() => sleep((microseconds * predictions.length) / 1000));
    await turn;
  }
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ predictions }));
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
