// Headers of every request, as a caller gives them for a server.
import { TransloadError } from "../errors.js";
import { checkHeaders } from "../remote/headers.js";

/** What the client says of its connection and of the body itself; given by others, each request would fail, or hang. */
const CLIENTS: readonly string[] = ["connection", "content-length", "expect", "keep-alive", "transfer-encoding", "upgrade"];

/** @throws TransloadError E_OPTION for a header that cannot be sent, or that is the client's own. */
export function checkSent(headers: Readonly<Record<string, string>>): Headers {
  const own = Object.keys(headers).find((name) => CLIENTS.includes(name.toLowerCase()));
  if (own !== undefined)
    throw new TransloadError(
      "E_OPTION",
      `the header ${own} is of one connection, or of one body, and is not for a caller to say; leave it out`,
    );
  return checkHeaders(headers);
}
