// Accept wheels from this computer: dropped on the page, or chosen.

/** Calls `take` with files dropped anywhere on the page. While files are dragged, the body has the class `dropping`. */
export function acceptDrops(take: (files: readonly File[]) => void): void {
  const isOver = (over: boolean) => document.body.classList.toggle("dropping", over);
  addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    isOver(true);
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) isOver(false);
  });
  addEventListener("drop", (event) => {
    isOver(false);
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
}

/** Calls `take` with the files chosen after a click on `button`. */
export function acceptChoice(button: HTMLElement, input: HTMLInputElement, take: (files: readonly File[]) => void): void {
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    take([...(input.files ?? [])]);
    input.value = "";
  });
}
