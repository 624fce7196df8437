// A change must fail for what it does, not for the draw of the day: properties meet the same cases at every run.
// `npm run fuzz` draws others; a failure names the seed that brings it back.
import { configureGlobal } from "fast-check";

if (!process.env.FUZZ) configureGlobal({ seed: 20_261_126 });
