import type { Course, PackageProgress } from "../progress/course.ts";
import { printable } from "../text/printable.ts";
import { formatBytes, formatRate } from "../text/units.ts";
import type { Style } from "./style.ts";

const OVERALL = "everything";
const WIDEST_BAR = 30;
const NARROWEST_BAR = 5;

const GAP = "  ";

interface Row {
  name: string;
  /** The filled share of the bar, from 0 to 1. */
  fraction: number;
  amount: string;
}

/**
 * Draws a bar for the whole installation, and below it one for each package that is being downloaded.
 *
 * Returns fewer than `rows` lines of fewer than `columns` characters.
 */
export function drawBars(course: Course, style: Style, columns: number, rows: number): string[] {
  const coming = downloading(course);
  const shown = coming.slice(0, Math.max(rows - 3, 0));
  const message = messageOf(course).slice(0, columns - 1);
  const more = coming.length - shown.length;
  const [first = "", ...below] = table([overall(course), ...shown.map(rowOf)], style, columns - 1);
  return [
    first,
    ...(message ? [style("dim", message)] : []),
    ...below,
    ...(more > 0 ? [style("dim", `and ${more} more`)] : []),
  ];
}

function downloading({ latest, packages }: Course): PackageProgress[] {
  if (latest?.phase !== "downloading") return [];
  return [...packages.values()].filter(({ state }) => state === "downloading");
}

/** Returns the message of the resolver, which has no packages to show. */
function messageOf({ latest }: Course): string {
  return latest?.phase === "resolving" ? printable(latest.message) : "";
}

function overall({ latest, rate }: Course): Row {
  const fraction = latest?.fraction ?? 0;
  const percent = `${Math.floor(fraction * 100)} %`.padStart(5);
  return { name: OVERALL, fraction, amount: `${percent}  ${rate ? formatRate(rate) : ""}`.trimEnd() };
}

function rowOf({ name, bytesDone, bytesTotal }: PackageProgress): Row {
  const done = bytesDone ?? 0;
  const total = bytesTotal === null ? "" : ` of ${formatBytes(bytesTotal)}`;
  return { name, fraction: bytesTotal ? done / bytesTotal : 0, amount: formatBytes(done) + total };
}

/** Aligns the rows. If `width` is too small, the bars shrink, then go, and then the lines are cut. */
function table(rows: readonly Row[], style: Style, width: number): string[] {
  const nameWidth = Math.min(Math.max(...rows.map(({ name }) => name.length)), width >> 1);
  const space = width - nameWidth - Math.max(...rows.map(({ amount }) => amount.length)) - 2 * GAP.length;
  const length = Math.min(space, WIDEST_BAR);
  return rows.map(({ name, fraction, amount }) => {
    const title = name.slice(0, nameWidth).padEnd(nameWidth);
    if (length < NARROWEST_BAR) return `${title}${GAP}${amount}`.slice(0, width);
    const filled = Math.round(fraction * length);
    const bar = style("cyan", "━".repeat(filled)) + style("dim", "─".repeat(length - filled));
    return [title, bar, amount].join(GAP);
  });
}
