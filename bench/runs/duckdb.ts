// SQL in DuckDB on one thread; the rows of the last statement are its check.
import { DuckDBInstance } from "@duckdb/node-api";
import { given, report } from "./report.js";

const { sql } = given<{ sql: string }>();
const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
const connection = await instance.connect();
const started = performance.now();
const result = await connection.runAndReadAll(sql);
const seconds = (performance.now() - started) / 1000;
report({ seconds, check: JSON.stringify(result.getRows(), (_, value) => (typeof value === "bigint" ? Number(value) : value)) });
