// Builds dist/: the Python bundle, the scripts, the types. Needs a Python ≥ 3.11 with pip; $PYTHON names another than
// `python3`.
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build } from "esbuild";

const root = dirname(import.meta.dirname);
const dist = join(root, "dist");

/** Runs a command, which says itself what it has to say; its failure is the build's. */
function execute(command, ...args) {
  const { error, status } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (error) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

function compilerPath() {
  const manifest = createRequire(import.meta.url).resolve("typescript/package.json");
  return join(dirname(manifest), "bin", "tsc");
}

async function main() {
  rmSync(dist, { recursive: true, force: true });
  execute(process.env.PYTHON ?? "python3", "scripts/bundle.py", "--output", join(dist, "wherry.zip"));
  await build({
    absWorkingDir: root,
    entryPoints: ["src/index.ts", "src/cli.ts"],
    outdir: dist,
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    conditions: ["node"],
    mainFields: ["module", "main"],
    external: ["node:*", "pyodide"],
  });
  execute(process.execPath, compilerPath(), "--project", "tsconfig.types.json");
  copyFileSync(join(root, "..", "LICENSE"), join(dist, "LICENSE"));
  // cli.js holds a copy of commander, whose licence asks to come along.
  copyFileSync(join(root, "node_modules", "commander", "LICENSE"), join(dist, "LICENSE.commander"));
  chmodSync(join(dist, "cli.js"), 0o755);
}

await main();
