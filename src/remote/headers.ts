import { TransloadError } from "../errors.js";

/**
 * @throws TransloadError E_OPTION for a header that cannot be sent. What Headers itself would say of a wrong value holds the value.
 */
export function checkHeaders(headers: Readonly<Record<string, string>>): Headers {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new TransloadError("E_OPTION", `${JSON.stringify(name)} is no name of a header`);
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw new TransloadError("E_OPTION", `the value of the header ${name} has a character that no header may have`);
  }
  return new Headers(headers);
}
