import { choose } from "./dialects/index.js";
import { coreScanner } from "./engine/index.js";
import { Opening } from "./opening.js";
import { Rewriter } from "./rewriter.js";

/**
 * The form of a payload, told from its first bytes: `azureml:split`, say. Undefined when they do not reach as far as the
 * key that tells, or are no payload at all; `inspect` says which.
 */
export function detect(head: Uint8Array): string | undefined {
  let rewriter: Rewriter | undefined;
  try {
    const opened = new Opening().push(head, true);
    if (!opened) return undefined;
    rewriter = new Rewriter(
      {
        from: choose("auto", true),
        to: undefined,
        columns: undefined,
        nan: undefined,
        typed: undefined,
        renames: false,
        createScanner: coreScanner,
        write: () => {},
        warn: () => {},
      },
      opened.start,
    );
    rewriter.scanner.push(opened.chunk);
    rewriter.run();
  } catch {
    // what is wrong further on does not matter here
  }
  return rewriter?.form?.id;
}
