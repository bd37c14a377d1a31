// The class alone: whoever imports this decides under which name it is registered. See define.ts.
import type { ProgressEvent, ProgressListener } from "../types.ts";
import { Course } from "./course.ts";
import { describeFailure, type Failure, wasStopped } from "./failure.ts";
import { STYLE } from "./style.ts";
import { type ProgressState, View } from "./view.ts";

export type { ProgressState } from "./view.ts";

// A server that renders pages imports this too, and has no elements.
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

/**
 * Shows how an installation goes: `<wherry-progress>`, once `wherry/progress/define` is imported.
 *
 * Hand `onProgress` to `attach()` or `install()`; or let `track()` follow a call, which shows its failure too.
 *
 * Attributes: `open` lists the packages, and `label` is what assistive technology calls the bar. States for CSS:
 * `:state(idle)`, `:state(running)`, `:state(done)`, `:state(stopped)`, `:state(failed)`. Parts: `phase`, `count`,
 * `toggle`, `bar`, `fill`, `line`, `packages`, `package`, `failure`, `code`, `message`, `copy`. Custom properties:
 * `--wherry-accent`, `--wherry-error`, `--wherry-quiet`, `--wherry-track`, `--wherry-font`, `--wherry-gap`,
 * `--wherry-bar-size`, `--wherry-list-size`. Light or dark as the page's `color-scheme`.
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

  /** Takes the next event. Bound to this element, so that it can be handed on as it is. */
  readonly onProgress: ProgressListener = (event) => {
    if (this.#course.isOver(event)) this.reset();
    this.#hear(this.#course, event);
  };

  /**
   * Follows a call: `await progress.track((onProgress) => wherry.install("pydantic", { onProgress }))`.
   *
   * What the call returns, or is rejected with, is passed on. A failure stays to be read until the next call begins;
   * an `AbortError` is shown as a stop.
   */
  async track<Result>(call: (onProgress: ProgressListener) => Promise<Result>): Promise<Result> {
    // Calls take turns: the failure of one is not to vanish because another waits.
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

  /** Shows why a call that was not tracked was rejected. */
  fail(error: unknown): void {
    if (!wasStopped(error)) this.#failure = describeFailure(error);
    this.#end(this.#failure ? "failed" : "stopped");
  }

  /** Forgets all, and shows nothing. */
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

  /** What assistive technology calls the bar. */
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

  /** Shows what there is with the next frame: events come faster. */
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
