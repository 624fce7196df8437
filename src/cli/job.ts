import type { Command } from "commander";
import type { Report, Voice } from "./report.js";

/** What a command does once its call is understood. */
export type Job = (report: Report) => Promise<void>;

/** Describes a command: its options, its help, and the job that a call of it starts. */
export type Define = (command: Command, start: (voice: Voice, job: Job) => void) => void;
