import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import envPaths from "env-paths";

/** Number of lines to keep. */
const LONGEST = 1000;

/** The lines of earlier sessions, in a file in the platform's folder for state. Failures of the file are ignored. */
export class History {
  readonly #file: string;
  #last: string | undefined;

  constructor(file: string = historyFile()) {
    this.#file = file;
  }

  /** Returns the lines, the newest first. */
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
      // Readable by the owner only: users type passwords at prompts.
      appendFileSync(this.#file, `${line}\n`, { mode: 0o600 });
    } catch {
      // See above.
    }
  }
}

function historyFile(): string {
  const { data, log } = envPaths("wherry", { suffix: "" });
  // On Linux `log` is the folder for state. Other platforms have none.
  return join(process.platform === "linux" ? log : data, "repl-history");
}
