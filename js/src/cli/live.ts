import { Course } from "../progress/course.ts";
import type { ProgressEvent } from "../types.ts";
import { drawBars } from "./bars.ts";
import { loadSize, type Shared } from "./shared.ts";
import type { Style } from "./style.ts";
import { draw } from "./terminal.ts";

const FRAME = 80; // milliseconds
const ESCAPE = "\x1b[";

/**
 * Draws the bars of an installation at the bottom of the terminal, and removes them again.
 *
 * Each frame is one write and leaves the cursor below the bars, so that a process that ends has nothing to restore.
 */
export class LiveBars {
  readonly #course = new Course();
  readonly #shared: Shared;
  readonly #style: Style;
  #height = 0;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(shared: Shared, style: Style) {
    this.#shared = shared;
    this.#style = style;
  }

  follow(event: ProgressEvent): void {
    const now = performance.now();
    this.#course.hear(event, now);
    if (now - this.#drawnAt < FRAME) return;
    this.#drawnAt = now;
    const { columns, rows } = loadSize(this.#shared);
    this.#replace(drawBars(this.#course, this.#style, columns, rows));
  }

  /** Removes the bars, so that other lines can be written. The next event draws them again. */
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
