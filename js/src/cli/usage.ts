/** Other installers, and their commands that install. */
const INSTALLERS = new Set(["pdm", "pip", "poetry", "uv", "uvx"]);
const INSTALLING = new Set(["add", "i", "install", ...INSTALLERS]);

/** Advice for commands of other installers that concern locks. */
const WITH_LOCKS: Readonly<Record<string, string>> = {
  compile: "To write the versions into a lock: wherry lock -r requirements.in",
  export: "wherry lock writes the standard's pylock.toml, and Pyodide's own format with --format pyodide-lock",
  freeze: "To keep the versions of an installation: wherry lock REQUIREMENT, or wherry lock -r requirements.txt",
  lock: "To write the versions into a lock: wherry lock REQUIREMENT, or wherry lock -r requirements.txt",
  sync: "Every run starts with an empty Pyodide, and installs from a lock with wherry run --lock pylock.toml app.py",
};

/** Returns advice for a command line that begins with a program, or with a command of another installer. */
export function runInstead(
  args: readonly string[],
  commands: ReadonlySet<string>,
  exists: (path: string) => boolean,
): string {
  const [first = ""] = args.filter((one) => one === "-" || !one.startsWith("-"));
  if (commands.has(first) || first === "" || first === "help") return "";
  if (first === "-" || /\.pyw?$/i.test(first) || exists(first)) {
    return `'${first}' is not a command; to run the file: wherry run ${args.map(quoted).join(" ")}`;
  }
  const verb = args.find((one) => !one.startsWith("-") && !INSTALLERS.has(one)) ?? "";
  if (Object.hasOwn(WITH_LOCKS, verb) && (first === verb || INSTALLERS.has(first))) {
    return `'${args.slice(args.indexOf(first), args.indexOf(verb) + 1).join(" ")}' is not a command. ${WITH_LOCKS[verb]}`;
  }
  if (!INSTALLING.has(first)) return "";
  const wanted = args.slice(args.indexOf(first) + 1).filter((one) => !one.startsWith("-") && !INSTALLING.has(one));
  const named = (wanted.length > 0 ? wanted : ["REQUIREMENT"]).map((one) => `--with ${quoted(one)}`).join(" ");
  return (
    `'${first}' is not a command, because every run starts with an empty Pyodide. Name packages at the run: ` +
    `wherry run ${named} app.py, or wherry repl ${named}`
  );
}

/** Quotes an argument for a shell. */
export function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

/** Breaks long lines between words at `width`, and indents the rest like the text of the line. */
export function wrapped(text: string, width: number): string {
  return text.split("\n").map((line) => wrappedLine(line, width)).join("\n");
}

function wrappedLine(line: string, width: number): string {
  if (line.length <= width) return line;
  const indent = /^\s*\S+\s{2,}|^\s*/.exec(line)?.[0].length ?? 0;
  const end = line.lastIndexOf(" ", width);
  if (end <= indent) return line;
  return `${line.slice(0, end)}\n${wrappedLine(" ".repeat(indent) + line.slice(end + 1), width)}`;
}

/** An error of the command line or of its files, shown without a stack. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
