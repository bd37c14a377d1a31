// Builds the REPL page in repl/dist, a folder for any static host, and serves it on this computer: `npm run repl`.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { loadPyodide } from "pyodide";
import { serveFolder } from "./static.ts";

const JS = dirname(import.meta.dirname);
/** The page's script contains copies of these projects, whose licences must be included. */
const BUNDLED = ["@xterm/xterm", "@xterm/addon-fit", "xterm-readline", "string-width"];
const PYODIDE_FILES = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"];

export interface PageOptions {
  /** The folder to write. Its previous content is deleted. */
  output: string;
  /** A folder with Pyodide and the packages of a distribution. Default: that of the npm package. */
  distribution?: string | undefined;
}

/** Builds the page. wherry itself must be built before. */
export async function buildPage({ output, distribution }: PageOptions): Promise<void> {
  if (!existsSync(join(JS, "dist", "index.js"))) throw new Error("wherry is not built yet: npm run build");
  rmSync(output, { recursive: true, force: true });
  mkdirSync(join(output, "pyodide"), { recursive: true });
  const source = distribution ?? join(JS, "node_modules", "pyodide");
  const isNeeded = (path: string) => path === source || /\.whl$/.test(path) || PYODIDE_FILES.some((name) => path.endsWith(name));
  cpSync(source, join(output, "pyodide"), { recursive: true, filter: isNeeded });
  cpSync(join(JS, "dist"), join(output, "wherry"), { recursive: true, filter: (path) => !/cli\.js$|\.d\.ts$/.test(path) });
  for (const name of ["index.html", "boat.svg"]) cpSync(join(JS, "repl", name), join(output, name));
  await build({
    absWorkingDir: JS,
    entryPoints: ["repl/main.ts"],
    outdir: output,
    bundle: true,
    format: "esm",
    loader: { ".py": "text" },
    minify: true,
    target: "es2022",
    define: { DISTRIBUTION_URL: JSON.stringify(distribution ? "" : await distributionUrl()) },
    logLevel: "warning",
  });
  for (const name of BUNDLED) copyLicence(name, output);
}

function copyLicence(name: string, output: string): void {
  const folder = join(JS, "node_modules", name);
  const licence = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  if (!licence) throw new Error(`${folder} has no licence file`);
  cpSync(join(folder, licence), join(output, `LICENSE.${name.replace("@", "").replace("/", "-")}`));
}

/** Returns the URL of the packages of Pyodide's distribution, which the npm package knows but does not contain. */
async function distributionUrl(): Promise<string> {
  const { _api: api } = (await loadPyodide()) as unknown as { _api: { config: { cdnUrl: string } } };
  return api.config.cdnUrl;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      "build-only": { type: "boolean", default: false },
      distribution: { type: "string" },
      output: { type: "string", default: join(JS, "repl", "dist") },
      port: { type: "string", default: "8314" },
    },
  });
  const { output, distribution } = values;
  await buildPage({ output, distribution });
  if (values["build-only"]) return console.log(`The page is in ${output}`);
  const { url } = await serveFolder(output, { port: Number(values.port) }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "EADDRINUSE" ? new Error(`Port ${values.port} is in use: name another with --port`) : error;
  });
  console.log(`Python is at ${url}/ until Ctrl-C`);
}

if (import.meta.main) await main();
