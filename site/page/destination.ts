import type { Destination } from "../messages.js";

/** Browsers that let a page write to files which the user picks (https://wicg.github.io/file-system-access); Chromium's do. */
interface Pickers {
  showSaveFilePicker?(options: { suggestedName: string }): Promise<FileSystemFileHandle>;
  showDirectoryPicker?(options: { mode: "readwrite" }): Promise<FileSystemDirectoryHandle>;
}

/** Where the result of this name goes. It is asked when the conversion begins, so that one that never does leaves no empty file. */
export type Place = (name: string) => Promise<Destination>;

/**
 * What the user picks, a file or for several results a folder; or else files that the page keeps until they are saved.
 * @returns undefined where the user has changed their mind
 */
export async function pickPlace(names: readonly string[]): Promise<Place | undefined> {
  const { showSaveFilePicker, showDirectoryPicker } = window as Pickers;
  const [suggestedName = ""] = names;
  try {
    if (names.length === 1 && showSaveFilePicker) {
      const handle = await showSaveFilePicker.call(window, { suggestedName });
      return async () => ({ name: handle.name, handle });
    }
    if (names.length > 1 && showDirectoryPicker) {
      const folder = await showDirectoryPicker.call(window, { mode: "readwrite" });
      return (name) => newFile(folder, name);
    }
  } catch (error) {
    if ((error as Error).name === "AbortError") return undefined;
    throw error;
  }
  return async (name) => ({ name });
}

/** None that is there is written over. */
async function newFile(folder: FileSystemDirectoryHandle, wanted: string): Promise<Destination> {
  let name = wanted;
  for (let i = 2; await isThere(folder, name); i++) name = wanted.replace(/(\.|$)/, ` (${i})$1`);
  return { name, handle: await folder.getFileHandle(name, { create: true }) };
}

async function isThere(folder: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  try {
    await folder.getFileHandle(name);
    return true;
  } catch (error) {
    return (error as Error).name === "TypeMismatchError"; // a folder
  }
}
