import type { Scale } from "../scale.js";
import type { Part, Section } from "../section.js";
import { csvTables } from "./tables-csv.js";
import { pieces } from "./tables-pieces.js";
import { rowTables } from "./tables-rows.js";

export async function tables(scale: Scale): Promise<Section> {
  const parts: Part[] = [await csvTables(scale), await rowTables(scale), await pieces(scale)];
  return {
    title: "Tables",
    about: `What does it cost to move a table's cells from one shape to another, or to cut it into requests? ${scale.size} of each form, through the public \`convert()\`, \`readBatches()\` and \`split()\` to /dev/null, every check on. Rates are of input, so a form that spells names again in every row has a high one as a source and a low one as a target. Before any run was timed, the output's SHA-256 was that of the same rows generated in the target's form; of what other programs wrote, the rows were counted and the cells added up. DuckDB is \`@duckdb/node-api\` with \`threads=1\`, its start and the start of Node left out: once with its writer of JSON, a record a line, and once with lists of cells made by \`json_array\`, which is nearer to a split and writes less; targets are against the faster one. csv-parse casts, as its documentation has it, and JSON.stringify prints a list a row; or its fields go through Number into Float64Arrays. What is called "from a pipe" has no file to read again, so what is needed twice is spilled.`,
    tables: parts.flatMap((part) => part.tables),
    targets: parts.flatMap((part) => part.targets),
    bars: parts.flatMap((part) => part.bars),
    notes: parts.flatMap((part) => part.notes),
  };
}
