// Colour Python code while it is typed.

const KEYWORDS =
  "and|as|assert|async|await|break|case|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|" +
  "lambda|match|nonlocal|not|or|pass|raise|return|try|while|with|yield|False|None|True";

const STRING = `[bfrtuBFRTU]{0,2}(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\\\.|[^"\\\\\\n])*"?|'(?:\\\\.|[^'\\\\\\n])*'?)`;

const TOKEN = new RegExp(
  `(?<quiet>#[^\\n]*|^\\.\\.\\. )|(?<string>\\b${STRING}|${STRING})|(?<number>\\b\\d[\\w.]*)|(?<![.\\w])(?<keyword>${KEYWORDS})\\b`,
  "gm",
);

/** Colours of the terminal's theme; see SGR in ECMA-48. */
const COLOURS: Readonly<Record<string, number>> = { quiet: 90, string: 32, number: 36, keyword: 35 };

/** Returns `source` with escape sequences around its tokens. */
export function highlight(source: string): string {
  return source.replace(TOKEN, (token, ...rest) => {
    const groups: Record<string, string | undefined> = rest.at(-1);
    const kind = Object.keys(groups).find((name) => groups[name] !== undefined);
    return kind ? `\x1b[${COLOURS[kind]}m${token}\x1b[39m` : token;
  });
}
