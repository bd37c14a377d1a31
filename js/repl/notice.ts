// Notices above the page. Successes and failures disappear by themselves; a question waits for its answer.
import { element } from "../src/progress/dom.ts";

export interface NoticeAction {
  label: string;
  act(): void;
}

/** Milliseconds until a notice disappears, unless it has the pointer or the focus. */
const STAYS = { success: 5_000, failure: 12_000 } as const;

/** Shows `text` in `container`, in place of the previous success or failure. */
export function showNotice(container: HTMLElement, kind: keyof typeof STAYS, text: string): void {
  const close = element("button", { type: "button", class: "close", "aria-label": "Close", title: "Close" }, "×");
  const box = element("div", { class: `notice ${kind}` }, element("p", {}, text), close);
  close.addEventListener("click", () => box.remove());
  container.querySelector(":scope > :not(.question)")?.remove();
  container.append(box);
  leaveAfter(box, STAYS[kind]);
}

/** Asks `content` in `container`, in place of the previous question. */
export function showQuestion(container: HTMLElement, content: readonly (Node | string)[], action: NoticeAction): void {
  const accept = element("button", { type: "button", class: "primary" }, action.label);
  const dismiss = element("button", { type: "button" }, "Not now");
  const answers = element("p", { class: "answers" }, accept, dismiss);
  const box = element("div", { class: "notice question" }, element("p", {}, ...content), answers);
  dismiss.addEventListener("click", () => box.remove());
  accept.addEventListener("click", () => {
    box.remove();
    action.act();
  });
  container.querySelector(":scope > .question")?.remove();
  container.prepend(box);
}

/** Removes `box` after this many milliseconds without pointer and focus. */
function leaveAfter(box: HTMLElement, milliseconds: number): void {
  let timer = 0;
  const start = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!box.matches(":hover, :focus-within")) box.remove();
    }, milliseconds) as unknown as number;
  };
  for (const end of ["pointerleave", "focusout"]) box.addEventListener(end, start);
  start();
}
