import { TransloadError } from "../errors.js";

/**
 * The vendor's client, which whoever uses such URLs installs. Its name is no literal where it is imported: a bundler would not find what is not
 * installed, and would refuse the whole program.
 * @throws TransloadError E_OPTION where it is not there.
 */
export async function peer<Module>(name: string, urls: string): Promise<Module> {
  try {
    return (await import(/* webpackIgnore: true */ /* @vite-ignore */ name)) as Module;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "ERR_MODULE_NOT_FOUND" || !message.includes(name)) throw error;
    throw new TransloadError(
      "E_OPTION",
      `${urls} needs the package ${name}, which is not installed; npm install ${name}`,
      {},
      { cause: error },
    );
  }
}
