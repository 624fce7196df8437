import { chooseServer, type Dialect } from "../dialects/index.js";
import type { ErrorCode, TransloadError } from "../errors.js";
import { Findings } from "./finding.js";
import { releasesOf } from "./releases.js";
import type { Signature } from "./signature.js";
import type { Verdict, VerdictOptions } from "./verdict.js";

/** Faults of the text itself, which no server reads over. */
const OF_THE_TEXT: readonly ErrorCode[] = [
  "E_SYNTAX",
  "E_NUMBER",
  "E_ESCAPE",
  "E_CONTROL",
  "E_BRACKET",
  "E_TRUNCATED",
  "E_TRAILING",
  "E_EMPTY",
  "E_UTF8",
  "E_UTF16",
  "E_MIXED",
  "E_KEY",
  "E_INDEX",
  "E_COLUMNS",
];

/**
 * What a server does with a payload that transload refuses to read: mostly the same, and sometimes it pads, guesses or
 * drops. Undefined where that cannot be told.
 */
export function verdictOfFault(error: TransloadError, options: VerdictOptions): Verdict | undefined {
  const choice = chooseServer(options.for ?? "mlflow");
  const dialect = choice.dialect as Dialect;
  const { asked = [] } = dialect;
  const releases = releasesOf(asked, options.serverVersion ?? {}, dialect.title);
  const findings = new Findings(dialect.title, releases);
  if (!findFault(error, dialect, options, findings)) return undefined;
  if (!findings.refused) findings.depend("F_FAULT", "transload stops there: what follows may be refused or changed, too");
  return {
    server: findings.who,
    dialect: dialect.name,
    form: undefined,
    accepted: !findings.refused,
    findings: findings.list,
    releases: asked.length > 0 ? releases : undefined,
    otherwise: [],
    remedy: undefined,
  };
}

/** False where it is not known. */
function findFault(error: TransloadError, dialect: Dialect, { model }: VerdictOptions, to: Findings): boolean {
  const { code, message, path = "" } = error;
  const azure = dialect.rules === "azureml";
  const [severity, what] = dialect.faults?.[code] ?? [];
  // messages inside the payload are no matter of the server, whose key tells nothing of them
  if (code === "E_LLM" && /^\$\.\w+\./.test(path)) return false;
  if (severity) to[severity]("F_FAULT", `${to.who} ${what}; ${message}`);
  else if (code === "E_DUPLICATE")
    to.change("F_FAULT", `${to.who} takes the ${dialect.firstKeyWins ? "first" : "last"} of the two; ${message}`);
  else if (code === "E_RAGGED" && padding(error, dialect)) to.change("F_FAULT", `${to.who} ${padding(error, dialect)}; ${message}`);
  else if (code === "E_INDEX" && / for 1 rows\b/.test(message) && (azure || dialect.rules === "mlflow"))
    to.depend("F_FAULT", `${to.who} repeats a single row for every label of the index, where it takes the frame; ${message}`);
  else if (code === "E_AMBIGUOUS") return false;
  else if ((code === "E_RAGGED" || code === "E_MIXED") && path.startsWith("$.inputs") && takesLists(model))
    to.depend("F_FAULT", `${to.who} gives the model such lists as they are, where they fit its type; ${message}`);
  else if ((code === "E_RAGGED" || code === "E_MIXED") && takesObjects(model?.signature))
    to.depend("F_FAULT", `${to.who} makes an array of objects of it where numpy can; ${message}`);
  else if (code === "E_OBJECT" && azure && model && !model.signature)
    to.change("F_FAULT", `${to.who} hands the model an array of objects; ${message}`);
  else if (code === "E_OBJECT" && !(azure && model)) return false;
  else if (code === "E_FORM" && path.endsWith(".data"))
    return false; // pandas takes an object of columns, too
  else if (code === "E_FORM" && message.startsWith("input_data holds a string") && !model?.signature)
    to.depend("F_FAULT", `${to.who} reads the string as JSON again where the model has no signature; ${message}`);
  else if (OF_THE_TEXT.includes(code) || ["E_RAGGED", "E_OBJECT", "E_FORM"].includes(code))
    to.refuse("F_FAULT", `${to.who} refuses it, too: ${code}: ${message}`);
  else return false;
  return true;
}

/** A column of type any, or a type hint of lists or of anything: MLflow makes no array of these. */
function takesLists(model: VerdictOptions["model"]): boolean {
  const inputs = model?.signature?.inputs;
  if (inputs?.kind !== "columns") return false;
  return inputs.columns.some(({ type }) => type === "any" || (model?.typeHints === true && typeof type === "object"));
}

/** A tensor of numpy's object dtype holds anything. */
function takesObjects(signature: Signature | undefined): boolean {
  const inputs = signature?.inputs;
  const tensors = inputs?.kind === "tensor" ? [inputs.tensor] : inputs?.kind === "tensors" ? inputs.tensors : [];
  return tensors.some(({ dtype }) => dtype === "object");
}

/**
 * What pandas does with rows of other lengths, where it does not refuse them. In a file the line of names tells how long
 * they are, and a longer first row makes its first field the index. In a list the longest row tells; where the very first is
 * short, all of them are, as a rule.
 */
function padding({ detail, path, row }: TransloadError, { rules }: Dialect): string | undefined {
  const [, cells, expected] = /has (?:more than )?(\d+) cells?, expected (\d+)/.exec(detail) ?? [];
  const short = Number(cells) < Number(expected);
  if (rules === "mlserver")
    return /unequal length|same number of rows/.test(detail) ? "pads the shorter columns of a frame with NaN" : undefined;
  if (rules !== "mlflow" && rules !== "azureml") return undefined;
  if (path === undefined && !short) return row === 0 ? "takes the first field of every row for an index" : undefined;
  const split = path === undefined || (row !== 0 && /^\$(\.dataframe_split|\.input_data)?\.data\b/.test(path));
  return short && split ? "pads short rows with NaN" : undefined;
}
