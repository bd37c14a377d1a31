const UNITS = ["kB", "MB", "GB"];
const THOUSAND = 1000;
/** Of a larger unit, what would be rounded to 1000.0 of the smaller. */
const ALMOST = 0.99995;

/** Returns a number of bytes as Python's side says it, too: `812 B`, `9.5 kB`, `24.0 MB`. */
export function size(bytes: number): string {
  if (bytes < THOUSAND) return `${Math.round(bytes)} B`;
  let power = 1;
  while (power < UNITS.length && bytes >= THOUSAND ** (power + 1) * ALMOST) power += 1;
  return `${(bytes / THOUSAND ** power).toFixed(1)} ${UNITS[power - 1]}`;
}

export function rate(bytes: number, seconds: number): string {
  return seconds > 0 ? `${size(bytes / seconds)}/s` : "";
}

export function seconds(duration: number): string {
  return `${duration.toFixed(2)} s`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
