import type { ProgressEvent } from "../installer.ts";
import type { Style } from "./style.ts";
import { rate, size } from "./units.ts";

const OVERALL = "everything";
const WIDEST_BAR = 30;
const NARROWEST_BAR = 5;

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
  #startedAt: number | undefined;

  constructor(style: Style) {
    this.#style = style;
  }

  /** Takes an event in; `now` is a time in seconds. */
  follow({ phase, message, package: name, bytesDone, bytesTotal, fraction }: ProgressEvent, now: number): void {
    this.#fraction = fraction;
    this.#message = phase === "resolving" ? message : "";
    if (phase !== "downloading") this.#packages.clear();
    if (phase !== "downloading" || name === null || bytesDone === null) return;
    this.#startedAt ??= now;
    this.#arrived += Math.max(bytesDone - (this.#packages.get(name)?.done ?? 0), 0);
    this.#packages.set(name, { done: bytesDone, total: bytesTotal });
  }

  /** Returns lines of less than `columns` characters, and fewer than `rows` of them. */
  draw(columns: number, rows: number, now: number): string[] {
    const coming = [...this.#packages].filter(([, { done, total }]) => total === null || done < total);
    const shown = coming.slice(0, Math.max(rows - 3, 0));
    const nameWidth = Math.min(Math.max(OVERALL.length, ...shown.map(([name]) => name.length)), columns >> 1);
    const line = (name: string, fraction: number | null, amount: string) =>
      this.#line(name.slice(0, nameWidth).padEnd(nameWidth), fraction, amount, columns - 1);
    const speed = this.#startedAt === undefined ? "" : rate(this.#arrived, now - this.#startedAt);
    const percent = `${Math.floor(this.#fraction * 100)} %`.padStart(5);
    return [
      line(OVERALL, this.#fraction, `${percent}  ${speed}`.trimEnd()),
      ...(this.#message ? [this.#style("dim", this.#message.slice(0, columns - 1))] : []),
      ...shown.map(([name, { done, total }]) => line(name, total && done / total, amountOf(done, total))),
      ...(coming.length > shown.length ? [this.#style("dim", `and ${coming.length - shown.length} more`)] : []),
    ];
  }

  /** What does not fit is left out: first some of the bar, then all of it, then the amount. */
  #line(name: string, fraction: number | null, amount: string, width: number): string {
    const room = width - name.length - amount.length - 4;
    if (room < NARROWEST_BAR) return `${name}  ${amount}`.slice(0, width);
    const length = Math.min(room, WIDEST_BAR);
    const filled = Math.round((fraction ?? 0) * length);
    const bar = this.#style("cyan", "━".repeat(filled)) + this.#style("dim", "─".repeat(length - filled));
    return `${name}  ${bar}  ${amount}`;
  }
}

function amountOf(done: number, total: number | null): string {
  return total === null ? size(done) : `${size(done)} of ${size(total)}`;
}
