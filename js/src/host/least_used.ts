/** The share of the limit to keep when pruning, so that not every visit has to prune. */
const AFTERWARDS = 0.8;

/** An entry of a cache: its size in bytes, and the time of its last use in milliseconds since 1970. */
export interface Entry {
  readonly size: number;
  readonly usedAt: number;
}

/** Returns the entries to delete, those unused for longest. Empty unless the limit is exceeded. */
export function leastUsed<Known extends Entry>(entries: readonly Known[], limit: number): Known[] {
  let total = totalSize(entries);
  if (total <= limit) return [];
  const chosen: Known[] = [];
  for (const entry of [...entries].sort((a, b) => a.usedAt - b.usedAt)) {
    if (total <= limit * AFTERWARDS) break;
    chosen.push(entry);
    total -= entry.size;
  }
  return chosen;
}

export function totalSize(entries: readonly Entry[]): number {
  return entries.reduce((sum, { size }) => sum + size, 0);
}
