// Why no answer came from a server, in words.

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there; start the server, or look at host and port",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the host's name is not known at the moment",
  ECONNRESET: "the connection was closed",
  UND_ERR_SOCKET: "the connection was closed",
  UND_ERR_HEADERS_TIMEOUT: "no answer in a minute",
  UND_ERR_BODY_TIMEOUT: "nothing came for a minute",
  UND_ERR_CONNECT_TIMEOUT: "no connection in half a minute",
};

/** What waiting does not mend. */
const LASTING =
  /^(ENOTFOUND|EPROTO|ERR_SSL_\w+|ERR_TLS_\w+|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|UND_ERR_INVALID_ARG)$/;

/** Why, and whether it will be so the next time. The innermost reason is told: clients wrap it. */
export function reasonOf(error: unknown): { readonly why: string; readonly lasts: boolean } {
  let inner = error as NodeJS.ErrnoException;
  while (inner.cause instanceof Error) inner = inner.cause as NodeJS.ErrnoException;
  const code = inner.code ?? (error as NodeJS.ErrnoException).code ?? "";
  return { why: REASONS[code] ?? (inner.message || code || "the connection failed"), lasts: LASTING.test(code) };
}
