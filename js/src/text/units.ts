// Amounts for people, in English and in powers of 1000. The Python side writes sizes in the same form.

const UNITS = ["B", "kB", "MB", "GB"] as const;
/** Sizes of at least this share of a unit would be rounded to 1000.0 of the unit below, and use the larger unit. */
const ALMOST = 0.99995;

/** `812` → `"812 B"`, `9_540` → `"9.5 kB"`, `24e6` → `"24.0 MB"`. */
export function formatBytes(bytes: number): string {
  const power = powerOf(bytes);
  return `${inPower(bytes, power)} ${UNITS[power]}`;
}

/** Formats both in the unit of the total: `(640_000, 1_480_000)` → `"0.6 / 1.5 MB"`. A total of null is left out. */
export function formatShare(done: number, total: number | null): string {
  if (total === null) return formatBytes(done);
  const power = powerOf(total);
  return `${inPower(done, power)} / ${inPower(total, power)} ${UNITS[power]}`;
}

/** Formats bytes a second: `"4.1 MB/s"`. */
export function formatRate(rate: number): string {
  return `${formatBytes(rate)}/s`;
}

/** `1.234` → `"1.23 s"`. */
export function formatSeconds(seconds: number): string {
  return `${seconds.toFixed(2)} s`;
}

/** `(1, "package")` → `"1 package"`, `(2, "package")` → `"2 packages"`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function powerOf(bytes: number): number {
  // Rates have fractions: 999.5 would be rounded to 1000 B.
  if (bytes < 999.5) return 0;
  let power = 1;
  while (power < UNITS.length - 1 && bytes >= 1000 ** (power + 1) * ALMOST) power += 1;
  return power;
}

function inPower(bytes: number, power: number): string {
  return (bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1);
}
