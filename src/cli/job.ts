import type { Command } from "commander";
import type { Definitions } from "./options.js";
import type { Report, Voice } from "./report.js";

/** What a command does once its call is understood; a number that comes of it is the exit code. */
export type Job = (report: Report) => Promise<unknown>;

/** Describes a command: its options, its help, and the job that a call of it starts. */
export type Define = (command: Command, start: (call: Voice & Definitions, job: Job) => void) => void;
