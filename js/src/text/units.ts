// Amounts as people read them, in English and in powers of 1000.

const UNITS = ["B", "kB", "MB", "GB"] as const;

/** `1_480_000` → `"1.5 MB"`. */
export function formatBytes(bytes: number): string {
  const power = powerOf(bytes);
  return `${inPower(bytes, power)} ${UNITS[power]}`;
}

/** Both in the unit of the whole: `(640_000, 1_480_000)` → `"0.6 / 1.5 MB"`; without a whole, what there is. */
export function formatShare(done: number, total: number | null): string {
  if (total === null) return formatBytes(done);
  const power = powerOf(total);
  return `${inPower(done, power)} / ${inPower(total, power)} ${UNITS[power]}`;
}

/** Bytes a second: `"4.1 MB/s"`. */
export function formatRate(rate: number): string {
  return `${formatBytes(rate)}/s`;
}

/** `(1, "package")` → `"1 package"`, `(2, "package")` → `"2 packages"`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function powerOf(bytes: number): number {
  let power = 0;
  // What would be rounded to 1000 is one of the next unit.
  while (power < UNITS.length - 1 && bytes >= 999.5 * 1000 ** power) power += 1;
  return power;
}

function inPower(bytes: number, power: number): string {
  return (bytes / 1000 ** power).toFixed(power < 2 ? 0 : 1);
}
