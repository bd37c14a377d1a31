/** Words that other programs have for bringing packages. */
const INSTALLING = new Set(["add", "i", "install", "pip", "sync", "uv", "uvx"]);

/** Returns what to run instead of a command line that begins with a program, or as another installer's would. */
export function runInstead(
  args: readonly string[],
  commands: ReadonlySet<string>,
  exists: (path: string) => boolean,
): string {
  const [first = ""] = args.filter((one) => one === "-" || !one.startsWith("-"));
  if (commands.has(first) || first === "" || first === "help") return "";
  if (first === "-" || /\.pyw?$/i.test(first) || exists(first)) {
    return `'${first}' is no command; run it: wherry run ${args.map(quoted).join(" ")}`;
  }
  if (!INSTALLING.has(first)) return "";
  const wanted = args.slice(args.indexOf(first) + 1).filter((one) => !one.startsWith("-") && !INSTALLING.has(one));
  const named = (wanted.length > 0 ? wanted : ["REQUIREMENT"]).map((one) => `--with ${quoted(one)}`).join(" ");
  return (
    `there is no command '${first}', because every run starts with an empty Pyodide; name packages at the run: ` +
    `wherry run ${named} app.py, or wherry repl ${named}`
  );
}

/** Returns an argument as a shell takes it. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

/** Breaks lines that are longer than `width` between words; what follows is indented as the text of the line. */
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

/** Something the person at the terminal can put right; shown without a stack. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
