// What says of a payload what it is, where it is NaN or an infinity: sound to the scanner, and nothing that a name or a shape can be.
import { describe, expect, test } from "vitest";
import { crumbs, feed, whole } from "../support/feed.js";

const CASES: readonly (readonly [body: string, code: string, said: string])[] = [
  ['{"inputs":[{"name":NaN}]}', "E_FORM", "not NaN"],
  ['{"inputs":[{"name":"a","shape":[-Infinity],"datatype":"FP64","data":[1]}]}', "E_SHAPE", "not [-Infinity]"],
  ['{"inputs":[{"name":"a","shape":["NaN",NaN],"datatype":"FP64","data":[1]}]}', "E_SHAPE", 'not ["NaN",NaN]'],
  ['{"inputs":[{"name":"a","shape":[1],"datatype":Infinity,"data":[1]}]}', "E_DTYPE", "unknown datatype Infinity"],
  ['{"data":{"names":[NaN],"ndarray":[[1]]}}', "E_COLUMNS", "a list of strings"],
  ['{"data":{"names":NaN,"ndarray":[[1]]}}', "E_COLUMNS", "a list of strings"],
  ['{"data":{"tensor":{"shape":[NaN],"values":[1]}}}', "E_SHAPE", "not [NaN]"],
];

describe.each(["core", "reference"] as const)("%s", (engine) => {
  for (const [body, code, said] of CASES)
    test(body, async () => {
      for (const chunks of [whole(body), crumbs(body)]) {
        const { error } = await feed(chunks, { to: "mlflow", engine });
        expect([error?.code, error?.message]).toEqual([code, expect.stringContaining(said)]);
      }
    });
});
