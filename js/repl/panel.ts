// The installed packages as a tree of requirements.
import type { Branch, InstalledDistribution, Tree } from "../src/index.ts";
import { element } from "../src/progress/dom.ts";
import { OWN, type Removal, removalOf } from "./leftovers.ts";

export interface PanelActions {
  remove(names: readonly string[]): void;
}

/** Shows the tree in `container`. */
export function showTree(
  container: HTMLElement,
  tree: Tree,
  installed: readonly InstalledDistribution[],
  actions: PanelActions,
): void {
  const shown = tree.branches.filter(({ name }) => !OWN.has(name));
  const items = shown.map((branch) => {
    if (branch.version === null) return item(branch);
    return item(branch, removeButton(branch.name, removalOf(branch.name, tree, installed), actions));
  });
  container.replaceChildren(...(items.length ? [element("ul", {}, ...items)] : []));
}

/** Returns the number of installed packages, without those of the runtime. */
export function countInstalled(installed: readonly InstalledDistribution[]): number {
  return installed.filter(({ name }) => !OWN.has(name)).length;
}

function item(branch: Branch, button?: HTMLElement): HTMLElement {
  const { name, version, requirement } = branch;
  const row = element(
    "div",
    { class: "row", title: button ? null : requirement },
    element("span", { class: "name" }, name),
    element("span", { class: version === null ? "version missing" : "version" }, version ?? "missing"),
  );
  // Its branches are shown at an earlier place.
  if (branch.repeated || branch.cycle) row.append(element("span", { class: "version", title: "shown above" }, "↑"));
  if (branch.cut) row.append(element("span", { class: "version", title: "too deep to be shown" }, "…"));
  if (button) row.append(button);
  const below = branch.branches.map((each) => item(each));
  return element("li", {}, row, ...(below.length ? [element("ul", {}, ...below)] : []));
}

/** Returns a button that uninstalls `name`. It asks first if that leaves packages unused or requirements unmet. */
function removeButton(name: string, removal: Removal, actions: PanelActions): HTMLElement {
  const button = element("button", { type: "button", class: "remove", title: `Uninstall ${name}` }, "×");
  button.setAttribute("aria-label", `Uninstall ${name}`);
  button.addEventListener("click", () => {
    const row = button.parentElement as HTMLElement;
    if (row.nextElementSibling?.matches(".question")) return row.nextElementSibling.remove();
    if (!removal.leftovers.length && !removal.requirers.length) return actions.remove([name]);
    const box = question(name, removal, actions, () => button.focus());
    row.after(box);
    box.querySelector("button")?.focus();
  });
  return button;
}

function question(name: string, { leftovers, requirers }: Removal, actions: PanelActions, back: () => void): HTMLElement {
  const choice = (label: string, kind: string, act: () => void) => {
    const button = element("button", { type: "button", class: kind }, label);
    button.addEventListener("click", () => {
      box.remove();
      act();
    });
    return button;
  };
  const sentences = [
    leftovers.length ? `Nothing else needs ${listed(leftovers)}.` : "",
    requirers.length ? `${listed(requirers)} ${requirers.length > 1 ? "require" : "requires"} ${name}.` : "",
  ];
  const only = leftovers.length ? `Only ${name}` : "Uninstall anyway";
  const all = choice(`Uninstall all ${leftovers.length + 1}`, "primary", () => actions.remove([name, ...leftovers]));
  const box: HTMLElement = element(
    "div",
    { class: "question", role: "group", "aria-label": `Uninstall ${name}` },
    ...sentences.filter(Boolean).map((sentence) => element("p", {}, sentence)),
    element(
      "p",
      { class: "answers" },
      ...(leftovers.length ? [all] : []),
      choice(only, "", () => actions.remove([name])),
      choice("Cancel", "quiet", back),
    ),
  );
  box.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    box.remove();
    back();
  });
  return box;
}

/** `"a"`, `"a and b"`, `"a, b and c"`. */
function listed(names: readonly string[]): string {
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : (names[0] ?? "");
}
