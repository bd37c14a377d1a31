// Wheels from this computer, dropped on the page or chosen.

/** Calls `take` with the files that are dropped anywhere on the page; meanwhile `body.dropping` says so. */
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

/** Calls `take` with the files chosen by way of `button`. */
export function acceptChoice(button: HTMLElement, input: HTMLInputElement, take: (files: readonly File[]) => void): void {
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    take([...(input.files ?? [])]);
    input.value = "";
  });
}
