import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import envPaths from "env-paths";

/** Lines that are kept. */
const LONGEST = 1000;

/** The lines of earlier sessions, in a file in the platform's place for such; where none can be, they are forgotten. */
export class History {
  readonly #file: string;
  #last: string | undefined;

  constructor(file: string = historyFile()) {
    this.#file = file;
  }

  /** Returns them, the newest first. */
  read(): string[] {
    try {
      const lines = readFileSync(this.#file, "utf8").split("\n").filter(Boolean);
      if (lines.length > 2 * LONGEST) writeFileSync(this.#file, `${lines.slice(-LONGEST).join("\n")}\n`);
      return lines.slice(-LONGEST).reverse();
    } catch {
      return [];
    }
  }

  add(line: string): void {
    if (!line.trim() || line === this.#last) return;
    this.#last = line;
    try {
      mkdirSync(dirname(this.#file), { recursive: true });
      // For its owner's eyes: passwords are typed at prompts.
      appendFileSync(this.#file, `${line}\n`, { mode: 0o600 });
    } catch {
      // As told above.
    }
  }
}

function historyFile(): string {
  const { data, log } = envPaths("wherry", { suffix: "" });
  // On Linux this is the state folder; elsewhere there is none, and logs are another thing.
  return join(process.platform === "linux" ? log : data, "repl-history");
}
