// A server's URL, the headers it is asked with, and why no answer came from there.
import { optionText, TransloadError } from "../errors.js";

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there; start the server, or look at host and port",
  ENOTFOUND: "there is no such host; look at the URL",
  EAI_AGAIN: "the host's name is not known at the moment; look at the URL, or at the network",
  ECONNRESET: "the connection was closed before an answer; look whether it speaks https, and at the server's log",
  UND_ERR_SOCKET: "the connection was closed before an answer; look whether it speaks https, and at the server's log",
  EPROTO: "it does not speak TLS; write http:// for https://",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS; write http:// for https://",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate signs itself; name it in NODE_EXTRA_CA_CERTS",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate's authority is not known; name its file in NODE_EXTRA_CA_CERTS",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate's authority is not known; name its file in NODE_EXTRA_CA_CERTS",
};

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

/** Why no answer came, and what to do. What is told is the innermost reason: clients wrap it. */
export function reasonOf(error: unknown): string {
  const { message, cause = error } = error as Error;
  const { code = "", message: why = message } = cause as NodeJS.ErrnoException;
  return REASONS[code] ?? `${why || code}; look at the URL`;
}

/** No answer came in so many seconds; the option gives it more. */
export function noAnswerIn(seconds: number, option: string): string {
  return `no answer in ${seconds} s; give it more time with ${optionText(option, `${seconds * 4}`)}`;
}
