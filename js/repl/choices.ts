// The words that complete a line: as many as fit, and how many more there are.
import { element } from "../src/progress/dom.ts";

/** A list in `container`, which a style sheet keeps to a few lines. */
export class Choices {
  readonly #container: HTMLElement;
  #words: readonly string[] = [];
  /** The positions of the words that are shown. */
  #first = 0;
  #end = 0;

  constructor(container: HTMLElement) {
    this.#container = container;
  }

  /** Shows the first of `words`; a single one needs no list. */
  show(words: readonly string[]): void {
    this.#words = words.length > 1 ? words.map(shortened) : [];
    this.#showFrom(0);
  }

  /** Shows those that follow, or after the last the first again; returns false where all are shown. */
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
    // No screen has room for more.
    const spans = this.#words.slice(first, first + 500).map((word) => element("span", {}, word));
    this.#container.replaceChildren(...spans);
    const isAll = first === 0 && spans.length === this.#words.length && this.#fits(spans.at(-1));
    if (!isAll) this.#cut(spans);
    this.#end = first + spans.length;
  }

  /** Takes away the last of `spans` until there is room to say how many more there are. */
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

/** Of dotted names the last part, since the others are the same; of functions the name alone. */
function shortened(word: string): string {
  return word.slice(word.lastIndexOf(".") + 1).replace(/\(\)?$/, "");
}
