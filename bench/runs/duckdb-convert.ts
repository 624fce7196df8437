// A csv to records of JSON with DuckDB, as a program of its own.
import { DuckDBInstance } from "@duckdb/node-api";
import { given } from "./report.js";

const { input } = given<{ input: string }>();
const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
const connection = await instance.connect();
await connection.run(`COPY (FROM read_csv('${input}')) TO '/dev/null' (FORMAT json)`);
