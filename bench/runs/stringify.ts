// The whole document at once: JSON.parse, the envelope's key changed, JSON.stringify.
import { readFileSync, writeFileSync } from "node:fs";
import { given } from "./report.js";

const { input, key } = given<{ input: string; key: string }>();
const { input_data: cargo } = JSON.parse(readFileSync(input, "utf8")) as { input_data: unknown };
writeFileSync("/dev/null", JSON.stringify({ [key]: cargo }));
