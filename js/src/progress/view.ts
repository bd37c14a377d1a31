// Renders <wherry-progress> from its state.
import type { ProgressEvent } from "../types.ts";
import type { Course, PackageProgress } from "./course.ts";
import { element, setText } from "./dom.ts";
import type { Failure } from "./failure.ts";
import { count, formatBytes, formatRate, formatShare } from "../text/units.ts";

/** The state of a call. */
export type ProgressState = "idle" | "running" | "done" | "stopped" | "failed";

/** The input of a view. */
export interface Shown {
  readonly state: ProgressState;
  readonly course: Course;
  readonly failure: Failure | null;
  /** Whether the packages are listed. */
  readonly isOpen: boolean;
  /** The name of the bar. */
  readonly label: string;
}

const PHASES: Readonly<Record<ProgressEvent["phase"], string>> = {
  loading: "Loading Python",
  resolving: "Resolving",
  downloading: "Downloading",
  placing: "Installing",
  done: "Done",
};

interface Row {
  readonly item: HTMLLIElement;
  readonly bar: HTMLElement;
  readonly fill: HTMLElement;
  readonly amount: HTMLElement;
  readonly state: HTMLElement;
}

/** The shadow tree of one element. Texts are never parsed as HTML. */
export class View {
  readonly #phase = element("span", { part: "phase" });
  readonly #count = element("span", { part: "count" });
  readonly #toggle = element("button", {
    part: "toggle",
    type: "button",
    "aria-controls": "packages",
    "aria-label": "Packages",
    title: "Packages",
  });
  readonly #fill = element("span", { class: "fill", part: "fill" });
  readonly #bar = element(
    "div",
    { class: "bar", part: "bar", role: "progressbar", "aria-valuemin": "0", "aria-valuemax": "100" },
    this.#fill,
  );
  readonly #line = element("p", { part: "line" });
  readonly #list = element("ul", { id: "packages", part: "packages", "aria-label": "Packages", tabindex: "0" });
  readonly #spoken = element("p", { class: "spoken", role: "status" });
  readonly #alert = element("div", { role: "alert" });
  readonly #body = element(
    "div",
    {},
    element("header", {}, this.#phase, this.#count, this.#toggle),
    this.#bar,
    this.#line,
    this.#list,
  );
  readonly #rows = new Map<PackageProgress, Row>();
  #failure: Failure | null = null;

  constructor(root: ShadowRoot, onToggle: () => void) {
    this.#toggle.addEventListener("click", onToggle);
    root.append(this.#body, this.#alert, this.#spoken);
  }

  show(shown: Shown): void {
    const { state, course } = shown;
    this.#body.className = state === "running" ? (course.latest?.phase ?? "resolving") : state;
    this.#showHead(shown);
    this.#showBar(shown);
    this.#showPackages(shown);
    this.#showFailure(shown.failure);
    setText(this.#spoken, spoken(shown));
  }

  #showHead({ state, course, isOpen }: Shown): void {
    setText(this.#phase, headline(state, course.latest));
    setText(this.#count, state === "running" ? [share(course.latest), rate(course)].filter(Boolean).join(" · ") : "");
    const message = state === "failed" || state === "stopped" ? "" : (course.latest?.message ?? "");
    const [first = ""] = message.split("\n");
    // Do not repeat the headline.
    setText(this.#line, first === this.#phase.textContent ? "" : first);
    this.#line.hidden = !message;
    this.#line.title = message;
    this.#toggle.hidden = course.packages.size === 0;
    this.#toggle.setAttribute("aria-expanded", String(isOpen));
  }

  #showBar({ state, course, label }: Shown): void {
    const { latest } = course;
    this.#bar.hidden = state === "idle";
    this.#bar.setAttribute("aria-label", label);
    const fraction = state === "done" ? 1 : (latest?.fraction ?? 0);
    const percent = Math.round(fraction * 100);
    this.#fill.style.setProperty("--_share", String(fraction));
    // Before the first event the bar has no value.
    const isKnown = latest !== undefined || state === "done";
    setAttribute(this.#bar, "aria-valuenow", isKnown ? String(percent) : null);
    const words = [headline(state, latest), share(latest) && `${share(latest)} packages`, isKnown && `${percent} %`];
    setAttribute(this.#bar, "aria-valuetext", words.filter(Boolean).join(", "));
  }

  #showPackages({ course, isOpen }: Shown): void {
    const packages = new Set(course.packages.values());
    for (const [progress, { item }] of this.#rows) {
      if (packages.has(progress)) continue;
      item.remove();
      this.#rows.delete(progress);
    }
    for (const progress of packages) this.#showPackage(progress);
    this.#list.hidden = !isOpen || packages.size === 0;
  }

  #showPackage(progress: PackageProgress): void {
    const { item, bar, fill, amount, state } = this.#row(progress);
    const { bytesDone, bytesTotal } = progress;
    item.className = progress.state;
    setAttribute(item, "part", `package ${progress.state}`);
    const isWhole = progress.state === "placed" || progress.state === "downloaded";
    fill.style.setProperty("--_share", String(isWhole ? 1 : bytesTotal ? (bytesDone ?? 0) / bytesTotal : 0));
    bar.classList.toggle("unknown", !isWhole && bytesTotal === null);
    const size = bytesTotal ?? bytesDone;
    setText(amount, isWhole ? (size === null ? "" : formatBytes(size)) : formatShare(bytesDone ?? 0, bytesTotal));
    setText(state, stateOf(progress));
  }

  #row(progress: PackageProgress): Row {
    let row = this.#rows.get(progress);
    if (!row) {
      const fill = element("span", { class: "fill" });
      const bar = element("span", { class: "bar", "aria-hidden": "true" }, fill);
      const [amount, state] = [element("span", { class: "amount" }), element("span", { class: "state" })];
      const name = element("span", { class: "name", title: progress.name }, progress.name);
      row = { item: element("li", {}, name, bar, amount, state), bar, fill, amount, state };
      this.#rows.set(progress, row);
      this.#list.append(row.item);
    }
    return row;
  }

  #showFailure(failure: Failure | null): void {
    if (failure === this.#failure) return;
    this.#failure = failure;
    this.#alert.replaceChildren(...(failure ? [failureBox(failure)] : []));
  }
}

function failureBox(failure: Failure): HTMLElement {
  // Each line by itself: where they wrap, an end of a line alone would not tell what happened from what to do.
  const lines = failure.message.split(/(?<=\n)/).map((line) => element("span", {}, line));
  const message = element("p", { part: "message", tabindex: "0" }, ...lines);
  const copy = element("button", { type: "button", part: "copy" }, "Copy");
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(`${failure.code}: ${failure.message}`);
      copy.textContent = "Copied";
    } catch {
      // The page may not write to the clipboard. Select the text, so that the user can.
      getSelection()?.selectAllChildren(message);
    }
  });
  const head = element("header", {}, element("span", { part: "code" }, failure.code), copy);
  return element("div", { part: "failure" }, head, message);
}

function headline(state: ProgressState, latest: ProgressEvent | undefined): string {
  if (state === "failed") return "Not installed";
  if (state === "stopped") return "Stopped";
  if (state === "idle") return "";
  if (state === "done") return PHASES.done;
  return PHASES[latest?.phase ?? "resolving"];
}

/** Returns how many of the packages are done: `"1 of 2"`. */
function share(latest: ProgressEvent | undefined): string {
  return latest?.total && latest.phase !== "done" ? `${latest.done} of ${latest.total}` : "";
}

function rate(course: Course): string {
  return course.rate === null || course.latest?.phase !== "downloading" ? "" : formatRate(course.rate);
}

function stateOf({ state, rate }: PackageProgress): string {
  if (state === "downloading") return rate === null ? "" : formatRate(rate);
  return { waiting: "Waiting", downloaded: "Downloaded", placed: "Installed" }[state];
}

/** Returns a sentence for screen readers: one for each phase, not for each event. The alert announces a failure. */
function spoken({ state, course: { latest } }: Shown): string {
  if (state === "stopped") return "Stopped";
  if (state === "done") return latest?.message ?? "Done";
  if (state !== "running" || !latest) return "";
  const total = latest.phase !== "resolving" && latest.phase !== "loading" && latest.total;
  return total ? `${PHASES[latest.phase]} ${count(total, "package")}` : PHASES[latest.phase];
}

function setAttribute(node: Element, name: string, value: string | null): void {
  if (value === null) node.removeAttribute(name);
  else if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}
