// Defines the class without registering it, so that a program can choose the name. See define.ts.
import type { ProgressEvent, ProgressListener } from "../types.ts";
import { Course } from "./course.ts";
import { describeFailure, type Failure, wasStopped } from "./failure.ts";
import { STYLE } from "./style.ts";
import { type ProgressState, View } from "./view.ts";

export type { ProgressState } from "./view.ts";

// Absent on servers that render pages, which import this module, too.
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

/**
 * Shows the progress of an installation: `<wherry-progress>`, after `wherry/progress/define` is imported.
 *
 * Pass `onProgress` to `attach()` or `install()`; or let `track()` follow a call and show its failure as well.
 *
 * Attributes: `open` lists the packages; `label` is the bar's name for assistive technology. States for CSS:
 * `:state(idle)`, `:state(running)`, `:state(done)`, `:state(stopped)`, `:state(failed)`. Parts: `phase`, `count`,
 * `toggle`, `bar`, `fill`, `line`, `packages`, `package`, `failure`, `code`, `message`, `copy`. Custom properties:
 * `--wherry-accent`, `--wherry-error`, `--wherry-quiet`, `--wherry-track`, `--wherry-font`, `--wherry-gap`,
 * `--wherry-bar-size`, `--wherry-list-size`. Follows the page's `color-scheme`.
 */
export class WherryProgressElement extends Base {
  static readonly observedAttributes = ["label", "open"];

  readonly #internals = this.attachInternals();
  readonly #view = createView(this);
  #course = new Course();
  #state: ProgressState = "idle";
  #failure: Failure | null = null;
  #running = 0;
  #isDue = false;

  /** Adds an event. The function is bound, so that it can be passed as a listener. */
  readonly onProgress: ProgressListener = (event) => {
    if (this.#course.isOver(event)) this.reset();
    this.#hear(this.#course, event);
  };

  /**
   * Follows a call: `await progress.track((onProgress) => wherry.install("pydantic", { onProgress }))`.
   *
   * Returns the result of the call, or rejects with its error. A failure is shown until the next call begins; an
   * `AbortError` is shown as a stop.
   */
  async track<Result>(call: (onProgress: ProgressListener) => Promise<Result>): Promise<Result> {
    // Keep the failure of a call while another one runs.
    if (this.#running === 0) this.reset();
    const course = new Course();
    this.#running += 1;
    this.#state = "running";
    this.#schedule();
    try {
      const result = await call((event) => this.#hear(course, event));
      this.#end("done");
      return result;
    } catch (error) {
      this.fail(error);
      throw error;
    } finally {
      this.#running -= 1;
    }
  }

  /** Shows the error of a call that is not tracked. */
  fail(error: unknown): void {
    if (!wasStopped(error)) this.#failure = describeFailure(error);
    this.#end(this.#failure ? "failed" : "stopped");
  }

  /** Returns to the idle state. */
  reset(): void {
    this.#course = new Course();
    this.#failure = null;
    this.#state = "idle";
    this.#schedule();
  }

  get state(): ProgressState {
    return this.#state;
  }

  /** Whether the packages are listed. */
  get open(): boolean {
    return this.hasAttribute("open");
  }

  set open(open: boolean) {
    this.toggleAttribute("open", open);
  }

  /** The bar's name for assistive technology. */
  get label(): string {
    return this.getAttribute("label") ?? "Installation";
  }

  set label(label: string) {
    this.setAttribute("label", label);
  }

  /** @internal */
  attributeChangedCallback(): void {
    this.#schedule();
  }

  /** @internal */
  connectedCallback(): void {
    this.#schedule();
  }

  #hear(course: Course, event: ProgressEvent): void {
    course.hear(event, performance.now());
    this.#course = course;
    this.#state = event.phase === "done" ? "done" : "running";
    this.#schedule();
  }

  #end(state: ProgressState): void {
    this.#state = this.#failure ? "failed" : state;
    this.#schedule();
  }

  /** Renders in the next frame: events are more frequent than frames. */
  #schedule(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#render();
    });
  }

  #render(): void {
    this.#internals.states.clear();
    this.#internals.states.add(this.#state);
    const { label, open } = this;
    this.#view.show({ state: this.#state, course: this.#course, failure: this.#failure, isOpen: open, label });
  }
}

function createView(host: WherryProgressElement): View {
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  return new View(root, () => {
    host.open = !host.open;
  });
}
