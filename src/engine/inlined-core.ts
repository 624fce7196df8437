// The core as a part of the code: whoever bundles the package takes its code along, and not the files that lie beside it.

/** Both kinds of the core, one behind the other. */
export interface InlinedCore {
  /** Compressed by Brotli, in base64. */
  readonly text: string;
  /** Bytes of the kind for all engines, which is the first. */
  readonly length: number;
  /** What the files that this was made of end in. */
  readonly stamp: string;
}

/** Written here by the build of the library (rolldown.config.mjs). What is run from its sources has files, and so has all else that is built. */
export const INLINED_CORE: InlinedCore | undefined = undefined;
