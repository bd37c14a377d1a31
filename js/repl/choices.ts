// Completions of a line: as many as fit, and the number of the rest.
import { element } from "../src/progress/dom.ts";

/** A list in `container`. The style sheet limits it to a few lines. */
export class Choices {
  readonly #container: HTMLElement;
  #words: readonly string[] = [];
  /** The positions of the shown words. */
  #first = 0;
  #end = 0;

  constructor(container: HTMLElement) {
    this.#container = container;
  }

  /** Shows the first of `words`. A single word is not listed. */
  show(words: readonly string[]): void {
    this.#words = words.length > 1 ? words.map(shortened) : [];
    this.#showFrom(0);
  }

  /** Shows the next words; after the last, the first again. Returns false if all are shown. */
  turn(): boolean {
    if (this.#end - this.#first >= this.#words.length) return false;
    this.#showFrom(this.#end < this.#words.length ? this.#end : 0);
    return true;
  }

  clear(): void {
    this.#words = [];
    this.#showFrom(0);
  }

  #showFrom(first: number): void {
    this.#first = first;
    // More do not fit on any screen.
    const spans = this.#words.slice(first, first + 500).map((word) => element("span", {}, word));
    this.#container.replaceChildren(...spans);
    const isAll = first === 0 && spans.length === this.#words.length && this.#fits(spans.at(-1));
    if (!isAll) this.#cut(spans);
    this.#end = first + spans.length;
  }

  /** Removes the last of `spans` until the number of the rest fits. */
  #cut(spans: HTMLElement[]): void {
    const more = element("strong");
    this.#container.append(more);
    const tell = () => {
      const end = this.#first + spans.length;
      const rest = end < this.#words.length ? "Tab shows more" : "Tab begins again";
      more.textContent = `${this.#first + 1}–${end} of ${this.#words.length} · ${rest}`;
    };
    const misfit = spans.findIndex((span) => !this.#fits(span));
    for (const span of misfit < 0 ? [] : spans.splice(Math.max(misfit, 1))) span.remove();
    for (tell(); !this.#fits(more) && spans.length > 1; tell()) spans.pop()?.remove();
  }

  #fits(item: HTMLElement | undefined): boolean {
    if (!item) return true;
    return item.offsetTop + item.offsetHeight <= this.#container.offsetTop + this.#container.clientHeight;
  }
}

/** Returns the last part of a dotted name, without the parenthesis of a function: the other parts are equal. */
function shortened(word: string): string {
  return word.slice(word.lastIndexOf(".") + 1).replace(/\(\)?$/, "");
}
