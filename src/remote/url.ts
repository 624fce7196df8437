// URLs of objects, as words of a call, and as messages have them.

const SCHEMES = /^(https?|s3|az|abfss?|gs):\/\//i;

/** Whether a word, or a URL, names something elsewhere, and no file. */
export function isRemote(word: unknown): boolean {
  return (typeof word === "string" || word instanceof URL) && SCHEMES.test(String(word));
}

/** Letters before `://`, in small ones. */
export function schemeOf(word: string | URL): string {
  return (SCHEMES.exec(String(word))?.[1] ?? "").toLowerCase();
}

/**
 * The URL as messages have it: without a name and password before `@`, and without what stands behind `?` or `#`, which may be a signature.
 * The part before `@` of an Azure URL (`abfss://container@account…`) is no secret.
 */
export function spelled(word: string | URL): string {
  const text = textOf(word);
  if (!/^https?:/i.test(text)) return /[?&](sig|signature|X-Amz-\w+|X-Goog-\w+)=/i.test(text) ? text.replace(/\?.*$/s, "") : text;
  return text.replace(/[?#].*$/s, "").replace(/^(https?:\/\/)[^/]*@/i, "$1");
}

/** A URL's text, its path as it stands in a store: a key has spaces, and a URL object `%20`. Those of HTTP stay as they are. */
export function textOf(word: string | URL): string {
  if (typeof word === "string") return word;
  if (/^https?:$/.test(word.protocol)) return word.href;
  const user = word.username === "" ? "" : `${decodeURIComponent(word.username)}@`;
  return `${word.protocol}//${user}${word.host}${decodeURIComponent(word.pathname)}${word.search}`;
}

/** The URL of what stands beside this one, by another last name. */
export function beside(word: string | URL, name: string): string {
  const [, path = "", query = ""] = /^([^?#]*)(.*)$/s.exec(textOf(word)) ?? [];
  const http = /^https?:/i.test(path);
  return `${path.replace(/[^/]*$/, "")}${http ? `${encodeURIComponent(name)}${query}` : name}`;
}

/** The last name of the URL's path; empty where that ends with a slash. */
export function lastName(word: string | URL): string {
  return /([^/]*)$/.exec(spelled(word))?.[1] ?? "";
}
