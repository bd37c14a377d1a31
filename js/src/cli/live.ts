import type { ProgressEvent } from "../types.ts";
import { Bars } from "./bars.ts";
import { loadSize, type Shared } from "./shared.ts";
import type { Style } from "./style.ts";
import { draw } from "./terminal.ts";

const FRAME = 0.08; // seconds
const ESCAPE = "\x1b[";

/**
 * Draws the bars of an installation at the bottom of the terminal, and takes them away again.
 *
 * Each frame is one write, and the cursor is left alone below it: whatever ends the process, there is nothing to
 * restore.
 */
export class LiveBars {
  readonly #bars: Bars;
  readonly #shared: Shared;
  #height = 0;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(shared: Shared, style: Style) {
    this.#shared = shared;
    this.#bars = new Bars(style);
  }

  follow(event: ProgressEvent): void {
    const now = performance.now() / 1000;
    this.#bars.follow(event, now);
    if (now - this.#drawnAt < FRAME) return;
    this.#drawnAt = now;
    const { columns, rows } = loadSize(this.#shared);
    this.#replace(this.#bars.draw(columns, rows, now));
  }

  /** Takes the bars away, so that lines may be said; the next event brings them back. */
  clear(): void {
    this.#replace([]);
    this.#drawnAt = Number.NEGATIVE_INFINITY;
  }

  #replace(lines: readonly string[]): void {
    const back = this.#height > 0 ? `\r${ESCAPE}${this.#height}A${ESCAPE}J` : "";
    draw(back + lines.map((line) => `${line}\n`).join(""));
    this.#height = lines.length;
  }
}
