import { arch, cpus, release, totalmem, type } from "node:os";
import { outputOf } from "./process.js";

/** The machine and the programs that were measured, a line each. */
export function describeMachine(): string[] {
  const [first] = cpus();
  const tools = [
    ["jq", ["--version"]],
    ["python3", ["--version"]],
    ["c++", ["--version"]],
  ] as const;
  return [
    `${first?.model.trim() ?? "unknown processor"}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB of memory`,
    `${type()} ${release()} ${arch()}`,
    `Node ${process.versions.node}, V8 ${process.versions.v8}`,
    ...tools.flatMap(([command, args]) => outputOf(command, args)?.split("\n")[0]?.trim() ?? []),
  ];
}
