import type { ProgressEvent } from "../types.ts";
import { printable } from "../text/printable.ts";
import type { Style } from "./style.ts";
import { rate, size } from "./units.ts";

const OVERALL = "everything";
const WIDEST_BAR = 30;
const NARROWEST_BAR = 5;

const GAP = "  ";

interface Row {
  name: string;
  /** Of the bar, from 0 to 1. */
  fraction: number;
  amount: string;
}

interface Package {
  done: number;
  total: number | null;
}

/** What there is to draw of an installation: a bar for everything, and below it one for each package on its way. */
export class Bars {
  readonly #style: Style;
  readonly #packages = new Map<string, Package>();
  #arrived = 0;
  #fraction = 0;
  /** What is said while nothing is on its way yet. */
  #message = "";
  #startedAt = Number.NaN;

  constructor(style: Style) {
    this.#style = style;
  }

  /** Takes an event in; `now` is a time in seconds. */
  follow({ phase, message, package: name, bytesDone, bytesTotal, fraction }: ProgressEvent, now: number): void {
    this.#fraction = fraction;
    this.#message = phase === "resolving" ? printable(message) : "";
    if (phase !== "downloading") this.#packages.clear();
    if (phase !== "downloading" || name === null || bytesDone === null) return;
    if (Number.isNaN(this.#startedAt)) this.#startedAt = now;
    // What is heard of a package first may have come long before: while it was being decided, or out of a cache.
    this.#arrived += Math.max(bytesDone - (this.#packages.get(name)?.done ?? bytesDone), 0);
    this.#packages.set(name, { done: bytesDone, total: bytesTotal });
  }

  /** Returns lines of less than `columns` characters, and fewer than `rows` of them. */
  draw(columns: number, rows: number, now: number): string[] {
    const coming = [...this.#packages].filter(([, { done, total }]) => total === null || done < total);
    const shown = coming.slice(0, Math.max(rows - 3, 0));
    const speed = this.#arrived === 0 ? "" : rate(this.#arrived, now - this.#startedAt);
    const percent = `${Math.floor(this.#fraction * 100)} %`.padStart(5);
    const everything = { name: OVERALL, fraction: this.#fraction, amount: `${percent}  ${speed}`.trimEnd() };
    const others = shown.map(([name, { done, total }]) => {
      return { name, fraction: total ? done / total : 0, amount: amountOf(done, total) };
    });
    const message = this.#message ? [this.#style("dim", this.#message.slice(0, columns - 1))] : [];
    const more = coming.length - shown.length;
    const rest = more > 0 ? [this.#style("dim", `and ${more} more`)] : [];
    const [first = "", ...below] = this.#table([everything, ...others], columns - 1);
    return [first, ...message, ...below, ...rest];
  }

  /** What does not fit is left out: first some of the bars, then all of them, then the ends of the lines. */
  #table(rows: readonly Row[], width: number): string[] {
    const nameWidth = Math.min(Math.max(...rows.map(({ name }) => name.length)), width >> 1);
    const room = width - nameWidth - Math.max(...rows.map(({ amount }) => amount.length)) - 2 * GAP.length;
    const length = Math.min(room, WIDEST_BAR);
    return rows.map(({ name, fraction, amount }) => {
      const title = name.slice(0, nameWidth).padEnd(nameWidth);
      if (length < NARROWEST_BAR) return `${title}${GAP}${amount}`.slice(0, width);
      const filled = Math.round(fraction * length);
      const bar = this.#style("cyan", "━".repeat(filled)) + this.#style("dim", "─".repeat(length - filled));
      return [title, bar, amount].join(GAP);
    });
  }
}

function amountOf(done: number, total: number | null): string {
  return total === null ? size(done) : `${size(done)} of ${size(total)}`;
}
