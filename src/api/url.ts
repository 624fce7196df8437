// A server's URL, and why no answer came from there.
import { optionText, TransloadError } from "../errors.js";
import { reasonOf } from "../remote/reason.js";

/** The URL as messages have it: what stands behind ? may be a key. */
export function spellUrl({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

/** @throws TransloadError E_OPTION for what is no URL, or holds a password. */
export function checkUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    throw new TransloadError("E_OPTION", "a server's URL begins with http:// or https://, as http://127.0.0.1:5000/invocations does");
  if (url.username !== "" || url.password !== "")
    throw new TransloadError(
      "E_OPTION",
      `the URL holds a name or a password; hand them over with ${optionText("header")} or ${optionText("tokenEnv")}`,
    );
  return url;
}

/** Why no answer came, and what to do. */
export function whyNone(error: unknown): string {
  const { why, remedy = "look at the URL" } = reasonOf(error);
  return `${why}; ${remedy}`;
}

/** No answer came in so many seconds; the option gives it more. */
export function noAnswerIn(seconds: number, option: string): string {
  return `no answer in ${seconds} s; give it more time with ${optionText(option, `${seconds * 4}`)}`;
}
