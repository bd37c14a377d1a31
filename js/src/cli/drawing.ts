import type { Branch, Resolution, Tree, Why } from "../types.ts";
import { printable } from "../text/printable.ts";
import { count, formatBytes } from "../text/units.ts";
import type { Style } from "./style.ts";

const ABOVE = "(*)";
const CUT = "(cut)";

/** Draws a tree of requirements, with the version and download size of each project; then the total. */
export function treeLines({ branches }: Tree, resolution: Resolution, style: Style): string[] {
  const pins = new Map(resolution.chosen.map((pin) => [pin.name, pin]));
  const amount = ({ name, repeated, cycle }: Branch) => {
    const pin = pins.get(name);
    if (repeated || cycle || !pin?.file) return "";
    if (pin.file.size !== null) return formatBytes(pin.file.size);
    return pin.origin === "distribution" ? "Pyodide's" : "?";
  };
  const rows = branches.flatMap((branch) => [...rowsOf(branch, "", "")]);
  const width = Math.max(0, ...rows.map(({ lead, branch }) => lead.length + titleOf(branch).length));
  const sizeWidth = Math.max(0, ...rows.map(({ branch }) => amount(branch).length));
  const lines = rows.map(({ lead, branch }) => {
    const title = titleOf(branch);
    const pad = " ".repeat(width - lead.length - title.length);
    const { name, version, requirement } = branch;
    const because = [name, `${name}==${version}`].includes(requirement) ? "" : style("dim", `  ${printable(requirement)}`);
    const shown = style("bold", name) + title.slice(name.length);
    return `${style("dim", lead)}${shown}${pad}  ${amount(branch).padStart(sizeWidth)}${because}`.trimEnd();
  });
  const legend = rows.some(({ branch }) => branch.repeated) ? [`${ABOVE} its requirements are shown above`] : [];
  if (rows.some(({ branch }) => branch.cut)) legend.push(`${CUT} its requirements are too deep to be shown`);
  return [...lines, ...legend, totalOf(resolution)];
}

interface Row {
  lead: string;
  branch: Branch;
}

function* rowsOf(branch: Branch, lead: string, below: string): Generator<Row> {
  yield { lead, branch };
  for (const child of branch.branches) {
    const isLast = child === branch.branches.at(-1);
    yield* rowsOf(child, below + (isLast ? "└── " : "├── "), below + (isLast ? "    " : "│   "));
  }
}

function titleOf({ name, extras, version, repeated, cycle, cut }: Branch): string {
  const words = [extras.length > 0 ? `${name}[${extras.join(",")}]` : name, version ?? "is missing"];
  const marks = [...(repeated ? [ABOVE] : []), ...(cycle ? ["(cycle)"] : []), ...(cut ? [CUT] : [])];
  return printable([...words, ...marks].join(" "));
}

/** Sums up the download. The lock of Pyodide's distribution has no sizes. */
function totalOf({ chosen }: Resolution): string {
  const pins = chosen.filter(({ file }) => file !== null);
  const unknown = pins.filter(({ file }) => file?.size === null);
  const members = unknown.filter(({ origin }) => origin === "distribution").length;
  const counts = count(pins.length, "package");
  if (members > 0 && members === pins.length) return `${counts} of Pyodide's distribution`;
  const known = formatBytes(pins.reduce((sum, { file }) => sum + (file?.size ?? 0), 0));
  const ofPyodide = members > 0 ? `, ${members} of Pyodide's distribution` : "";
  const more = unknown.length > members ? " and more: the index does not state every size" : "";
  return `${counts}, ${known}${ofPyodide}${more}`;
}

/** Draws the chains of requirements that lead to a project. */
export function whyLines({ name, version, chains }: Why, style: Style): string[] {
  if (version === null) return [printable(`${name} would not be installed`)];
  const chain = (steps: Why["chains"][number]) => {
    const asked = steps.length === 1 ? style("dim", " (asked for)") : "";
    return `  ${steps.map(({ requirement }) => printable(requirement)).join(style("dim", " → "))}${asked}`;
  };
  return [`${style("bold", name)} ${version}`, ...chains.map(chain)];
}
