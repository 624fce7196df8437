// A file through the public convertFile() to another one, which is not waited for on the disk, as Node's copy is not.
import type { ConvertFileOptions } from "../../src/index.js";
import { convertFile } from "../library.js";
import { given, report } from "./report.js";

const { input, output = "/dev/null", options } = given<{ input: string; output?: string; options: ConvertFileOptions }>();
const started = performance.now();
await convertFile(input, output, { sync: false, ...options });
report({ seconds: (performance.now() - started) / 1000 });
