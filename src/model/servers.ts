// The servers whose rules are those of a payload's form, and hardly the model's: each in a file of its own.
import type { Form, Rules } from "../dialects/index.js";
import type { Findings } from "./finding.js";
import type { Inspection } from "./inspection.js";
import { judgeKserve } from "./kserve.js";
import { judgeMlserver } from "./mlserver.js";
import { judgeSagemaker } from "./sagemaker.js";
import { judgeSeldon } from "./seldon.js";
import type { Signature } from "./signature.js";
import { judgeTfserving } from "./tfserving.js";
import { judgeTriton } from "./triton.js";

/** What a server makes of a payload in one of its forms; `signature` is null where the model has none, undefined where nobody said. */
type Judge = (
  payload: Pick<Inspection, "layout" | "columns" | "request" | "siblings">,
  form: Form,
  signature: Signature | null | undefined,
  to: Findings,
) => void;

export const SERVERS: Readonly<Record<Exclude<Rules, "mlflow" | "azureml">, Judge>> = {
  mlserver: judgeMlserver,
  kserve: judgeKserve,
  triton: judgeTriton,
  tfserving: judgeTfserving,
  seldon: judgeSeldon,
  sagemaker: judgeSagemaker,
};
