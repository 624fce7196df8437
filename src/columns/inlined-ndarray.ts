import type ndarray from "ndarray";

/** The package as a part of the code, for bundles: written here by the build of the library (rolldown.config.mjs), and loaded when it is called. */
export const inlinedNdarray: (() => typeof ndarray) | undefined = undefined;
