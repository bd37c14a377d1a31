// A line at the top of the page which waits for whoever reads it.
import { element } from "../src/progress/dom.ts";

export interface NoticeAction {
  label: string;
  act(): void;
}

/** Shows `text` in `container` in place of what it shows, with an action if there is one. */
export function showNotice(container: HTMLElement, text: string, action?: NoticeAction): void {
  const close = () => {
    container.replaceChildren();
    container.hidden = true;
  };
  const dismiss = element("button", { type: "button", class: "quiet" }, action ? "Not now" : "Close");
  dismiss.addEventListener("click", close);
  const children: Node[] = [element("p", {}, text)];
  if (action) {
    const accept = element("button", { type: "button", class: "primary" }, action.label);
    accept.addEventListener("click", () => {
      close();
      action.act();
    });
    children.push(accept);
  }
  container.hidden = false;
  container.replaceChildren(...children, dismiss);
}
