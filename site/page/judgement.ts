// What the chosen server makes of the payload that is looked at.
import type { Model } from "../messages.js";
import { faultIn } from "./desk.js";
import { at, element } from "./element.js";
import { faultView } from "./fault.js";
import { session, surveyor } from "./session.js";
import { setTarget } from "./settings.js";
import { verdictView } from "./verdict.js";

let model: Model | undefined;
/** Of the last question: an answer to another one comes too late. */
let last = 0;

/** @param mended called when the conversion that the server takes has been set up */
export async function judge(mended: () => void): Promise<void> {
  const server = at<HTMLSelectElement>("server").value;
  const number = ++last;
  const view = await answer(server, mended);
  if (number === last) at("verdict").replaceChildren(...view);
}

async function answer(server: string, mended: () => void): Promise<HTMLElement[]> {
  if (!session.selected || server === "") return [];
  const { inspection, fault, file } = session.selected;
  if (fault) return [hint("The payload cannot be read, so there is nothing to ask about.")];
  if (!inspection) return [hint("The whole file is being read for this.")];
  try {
    const verdict = await surveyor.ask("judge", { inspection, server, model, name: file.name });
    const mend = () => {
      setTarget(verdict.remedy?.to ?? server, verdict.remedy?.columns);
      at("to").focus();
      mended();
    };
    return [verdictView(verdict, file.name, mend)];
  } catch (error) {
    return [faultView(faultIn(error), "This cannot be asked:")];
  }
}

export async function takeModel(mended: () => void): Promise<void> {
  const [file] = at<HTMLInputElement>("model").files ?? [];
  model = undefined;
  try {
    if (file) model = await surveyor.ask("readModel", { file });
  } catch (error) {
    last++;
    at("verdict").replaceChildren(faultView(faultIn(error), "This is no model:"));
    return;
  }
  await judge(mended);
}

function hint(text: string): HTMLElement {
  return element("p", { className: "hint" }, text);
}
