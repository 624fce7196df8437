// Why no answer came from a server, in words.

const NO_TLS = ["it does not speak TLS", "write http:// for https://"] as const;
const UNKNOWN_AUTHORITY = ["its certificate's authority is not known", "name its file in NODE_EXTRA_CA_CERTS"] as const;
const CLOSED = ["the connection was closed before an answer", "look whether it speaks https, and at the server's log"] as const;

const REASONS: Readonly<Record<string, readonly [why: string, remedy?: string]>> = {
  ECONNREFUSED: ["nobody listens there", "start the server, or look at host and port"],
  ENOTFOUND: ["there is no such host", "look at the URL"],
  EAI_AGAIN: ["the host's name is not known at the moment", "look at the URL, or at the network"],
  ECONNRESET: CLOSED,
  UND_ERR_SOCKET: CLOSED,
  UND_ERR_HEADERS_TIMEOUT: ["no answer in a minute"],
  UND_ERR_BODY_TIMEOUT: ["nothing came for a minute"],
  UND_ERR_CONNECT_TIMEOUT: ["no connection in half a minute"],
  EPROTO: NO_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  DEPTH_ZERO_SELF_SIGNED_CERT: ["its certificate signs itself", "name it in NODE_EXTRA_CA_CERTS"],
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
};

/** What waiting does not mend. */
const LASTING =
  /^(ENOTFOUND|EPROTO|ERR_SSL_\w+|ERR_TLS_\w+|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|UND_ERR_INVALID_ARG)$/;

/** Why no answer came, and what to do, where that is known. */
export interface Reason {
  readonly why: string;
  readonly remedy: string | undefined;
  /** It will be so the next time. */
  readonly lasts: boolean;
}

/** The innermost reason is told: clients wrap it. */
export function reasonOf(error: unknown): Reason {
  let inner = error as NodeJS.ErrnoException;
  while (inner.cause instanceof Error) inner = inner.cause as NodeJS.ErrnoException;
  const code = inner.code ?? (error as NodeJS.ErrnoException).code ?? "";
  const [why = inner.message || code || "the connection failed", remedy] = REASONS[code] ?? [];
  return { why, remedy, lasts: LASTING.test(code) };
}
