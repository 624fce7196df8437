import { runJobs } from "./jobs.js";

addEventListener("message", async ({ data }) => postMessage(await runJobs(data)));
