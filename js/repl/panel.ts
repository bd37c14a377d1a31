// What is installed, and what requires what.
import type { Branch, InstalledDistribution, Tree } from "../src/index.ts";
import { element } from "../src/progress/dom.ts";

/** What the runtime and the page bring. */
const OWN = new Set(["pyodide", "pyodide-py", "wherry"]);

export interface PanelActions {
  remove(name: string): void;
}

/** Shows the tree in `container`, or that there is nothing. */
export function showTree(
  container: HTMLElement,
  { branches }: Tree,
  installed: readonly InstalledDistribution[],
  actions: PanelActions,
): void {
  const requested = new Set(installed.filter((each) => each.requested).map(({ name }) => name));
  const shown = branches.filter(({ name }) => !OWN.has(name));
  container.replaceChildren(...(shown.length ? [list(shown, requested, actions)] : []));
}

/** How many are installed, apart from the runtime's own. */
export function countInstalled(installed: readonly InstalledDistribution[]): number {
  return installed.filter(({ name }) => !OWN.has(name)).length;
}

function list(branches: readonly Branch[], requested: ReadonlySet<string>, actions: PanelActions | null): HTMLElement {
  return element("ul", {}, ...branches.map((branch) => item(branch, requested, actions)));
}

function item(branch: Branch, requested: ReadonlySet<string>, actions: PanelActions | null): HTMLElement {
  const { name, version, requirement } = branch;
  const row = element(
    "div",
    { class: "row", title: actions ? null : requirement },
    element("span", { class: "name" }, name),
    element("span", { class: version === null ? "version missing" : "version" }, version ?? "missing"),
  );
  // Its branches are shown where it came first.
  if (branch.repeated || branch.cycle) row.append(element("span", { class: "version", title: "shown above" }, "↑"));
  if (actions && requested.has(name)) row.append(removeButton(name, actions));
  return element("li", {}, row, ...(branch.branches.length ? [list(branch.branches, requested, null)] : []));
}

function removeButton(name: string, actions: PanelActions): HTMLElement {
  const button = element("button", { type: "button", class: "remove", title: `Uninstall ${name}` }, "×");
  button.setAttribute("aria-label", `Uninstall ${name}`);
  button.addEventListener("click", () => actions.remove(name));
  return button;
}
