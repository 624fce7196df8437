/** Files that are dropped, anywhere on the page, or chosen. */
export function watchFiles(drop: HTMLElement, input: HTMLInputElement, take: (files: readonly File[]) => void): void {
  const taken = (files: FileList | null | undefined) => {
    if (files && files.length > 0) take([...files]);
  };
  input.onchange = () => {
    taken(input.files);
    input.value = ""; // so that the same file, changed, can be chosen again
  };
  // whoever misses the field must not leave the page for the file
  addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) drop.classList.remove("over");
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    taken(event.dataTransfer?.files);
  });
}
