// Each dialect that clients speak, in front of a server of each: the predictions arrive, and so does a refusal.
import { afterAll, expect, test } from "vitest";
import { closeGateways, gatewayAt, posted } from "../support/gateways.js";
import { SPEECHES, type Speech, speakingServer } from "../support/speaking-server.js";

const ROWS = [
  [1, 2.5],
  [3, 4],
  [5, -6],
];
const VALUES = ROWS.map((row) => row.at(-1));
const names = Object.keys(SPEECHES);
const pairs = names.flatMap((accepts) => names.map((speaks) => ({ accepts, speaks })));
/** Their clients send rows without names. */
const NAMELESS = ["seldon", "sagemaker"];
afterAll(closeGateways);

test("are all that have a route and answers", async () => {
  const { DIALECTS, choose } = await import("../../src/dialects/index.js");
  const routed = DIALECTS.filter(({ route, name }) => route !== undefined && choose(name, false, "response").forms.length > 0);
  expect(routed.map(({ name }) => name).sort()).toEqual(names.sort());
});

test.each(pairs)("$accepts in front of $speaks", async ({ accepts, speaks }) => {
  const client = SPEECHES[accepts] as Speech;
  let status = 0;
  const upstream = await speakingServer(speaks, (_, response) => {
    if (status > 0) response.writeHead(status).end(JSON.stringify({ message: "no such weather", error: "no such weather" }));
    return status > 0;
  });
  const { url } = await gatewayAt({ upstream: upstream.url, speaks, accepts, modelName: "m" });
  const type = { "content-type": client.type ?? "application/json" };
  const answer = await posted(url + client.path, client.request(ROWS), type);
  if (NAMELESS.includes(accepts) && speaks === "kserve1") {
    // its instances are records first, which have names
    expect(client.error(JSON.parse(answer.text))).toMatch(/^E_COLUMNS: kserve1:instances needs names for the columns/);
    return upstream.close();
  }
  expect(answer.text).toMatch(/^[[{]/);
  expect(answer.status, answer.text).toBe(200);
  expect(client.values(JSON.parse(answer.text)), answer.text).toEqual(VALUES);

  status = 418;
  const refused = await posted(url + client.path, client.request(ROWS), type);
  expect(refused.status).toBe(418);
  expect(client.error(JSON.parse(refused.text))).toBe("no such weather");

  const broken = await posted(url + client.path, client.type === "text/csv" ? "1,2\n3,4,5\n" : '{"inputs":[[1,2],[3,4}', type);
  expect(broken.status, broken.text).toBe(400);
  expect(client.error(JSON.parse(broken.text))).toMatch(/^E_\w+: .+ \(line \d/);
  upstream.close();
});
