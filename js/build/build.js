// Builds dist/: the Python bundle, the scripts and the types. Needs Python 3.11 or later with pip, as `python3` or as
// $PYTHON names it.
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { constants, zstdCompressSync } from "node:zlib";
import { gzipAsync } from "@gfx/zopfli";
import { build } from "esbuild";
import { loadPyodide } from "pyodide";

const root = dirname(import.meta.dirname);
const dist = join(root, "dist");
const python = process.env.PYTHON ?? "python3";
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Runs a command, which writes its own output. Exits if it fails. */
function execute(command, ...args) {
  const { error, status } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (error) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

function compilerPath() {
  const manifest = createRequire(import.meta.url).resolve("typescript/package.json");
  return join(dirname(manifest), "bin", "tsc");
}

/** Writes the sources of the Python side as archives, for Pyodide and for any Python, and the metadata of wherry. */
function gatherSources(folder) {
  const [archive, portable, metadata] = ["wherry.zip", "portable.zip", "METADATA"].map((name) => join(folder, name));
  const outputs = ["--output", archive, "--portable", portable, "--metadata", metadata, "--licences", dist];
  execute(python, "build/bundle.py", ...outputs);
}

/**
 * Compiles the sources for the Python of the installed Pyodide. Returns the bytecode for attach() and for a wheel, the
 * magic number, and the tag of wheels.
 */
async function compile(sources) {
  const pyodide = await loadPyodide({ env: { PYTHONNODEBUGRANGES: "1" } });
  const scripts = import.meta.dirname;
  for (const folder of ["", "bundled"]) {
    pyodide.FS.mkdir(join("/scripts", folder));
    for (const name of readdirSync(join(scripts, folder)).filter((name) => name.endsWith(".py"))) {
      pyodide.FS.writeFile(join("/scripts", folder, name), readFileSync(join(scripts, folder, name)));
    }
  }
  // attach() registers this module at run time.
  pyodide.registerJsModule("wherry_js", {});
  pyodide.runPython("import sys; sys.path.append('/scripts')");
  // The path that src/python/bundle.ts uses, too. Tracebacks show it.
  pyodide.FS.writeFile("/lib/wherry.zip", sources);
  const outputs = ["/tmp/bytecode", "/tmp/wheel"];
  const magic = pyodide.pyimport("compile").compile_archive("/lib/wherry.zip", "/scripts/bundled", ...outputs);
  const tag = pyodide.runPython(`
    from sysconfig import get_config_var
    f"cp{sys.version_info.major}{sys.version_info.minor}-none-pyemscripten_{get_config_var('PYEMSCRIPTEN_ABI_VERSION')}_wasm32"`);
  const [bytecode, wheel] = outputs.map((path) => pyodide.FS.readFile(path));
  return { magic, bytecode, wheel, tag };
}

/** Returns the script that a wheel's Python evaluates: a function that takes the Pyodide. */
async function buildScript(options) {
  const entry = { entryPoints: ["src/python_alone.ts"], format: "iife", globalName: "wherry", minify: true, write: false };
  const { outputFiles } = await build({ ...options, ...entry });
  return `(pyodide) => {${outputFiles[0].text}return wherry.begin(pyodide)}`;
}

/** Builds the wheels in dist/wheels/. */
function buildWheels(folder, { wheel, tag }, script) {
  const [bytecode, alone] = ["bytecode.zst", "javascript.js"].map((name) => join(folder, name));
  writeFileSync(bytecode, zstdCompressSync(wheel, { params: { [constants.ZSTD_c_compressionLevel]: 19 } }));
  writeFileSync(alone, script);
  const inputs = ["--sources", join(folder, "portable.zip"), "--metadata", join(folder, "METADATA"), "--bytecode", bytecode];
  execute(python, "build/wheels.py", ...inputs, "--script", alone, "--tag", tag, "--output", join(dist, "wheels"));
}

/** Compresses a bundle as tightly as gzip allows. That takes seconds here, and no time in the browser. */
async function writeBundle(name, archive) {
  writeFileSync(join(dist, name), await gzipAsync(archive, { numiterations: 5 }));
}

/** Leaves these modules out of the output, which imports them. */
function keepOutside(...sources) {
  const outside = ({ path }) => (sources.includes(path) ? { path: path.replace(/\.ts$/, ".js"), external: true } : null);
  return { name: "keep-outside", setup: (build) => build.onResolve({ filter: /./ }, outside) };
}

/** Builds a custom element and its registration as separate modules. */
function buildElement(name, options) {
  return build({
    absWorkingDir: root,
    entryPoints: [`src/${name}/element.ts`, `src/${name}/define.ts`],
    outdir: join(dist, name),
    bundle: true,
    // Both modules must share one class.
    splitting: true,
    chunkNames: "[name]",
    format: "esm",
    target: "es2022",
    ...options,
  });
}

async function main(folder) {
  rmSync(dist, { recursive: true, force: true });
  gatherSources(folder);
  const sources = readFileSync(join(folder, "wherry.zip"));
  const compiled = await compile(sources);
  const scripts = {
    absWorkingDir: root,
    outdir: dist,
    bundle: true,
    format: "esm",
    target: "es2022",
    external: ["node:*", "pyodide"],
    loader: { ".py": "text" },
    define: { BYTECODE_MAGIC: JSON.stringify(compiled.magic), VERSION: JSON.stringify(version) },
  };
  const options = { platform: "neutral", conditions: ["node"], mainFields: ["module", "main"] };
  // Only pages with a lock load its reader, and only pages and workers with storage load what keeps downloads.
  const plugins = [keepOutside("./lock_reader.ts", "./kept.ts")];
  await build({ ...scripts, ...options, entryPoints: ["src/index.ts"], plugins });
  const apart = ["src/lock/lock_reader.ts", "src/host/kept.ts"];
  await build({ ...scripts, ...options, entryPoints: apart, entryNames: "[name]", minify: true });
  // Libraries of the command line may import Node's modules by their old names.
  await build({ ...scripts, platform: "node", entryPoints: { cli: "src/cli/main.ts", "cli-worker": "src/cli/worker.ts" } });
  for (const name of ["service_worker.js", "start.js"]) copyFileSync(join(root, "src", "cli", name), join(dist, name));
  await buildElement("preload", { plugins: [keepOutside("../index.ts", "../progress/define.ts")] });
  await buildElement("progress", { minify: true, keepNames: true });
  await writeBundle("wherry-sources.bin", sources);
  await writeBundle("wherry-bytecode.bin", compiled.bytecode);
  buildWheels(folder, compiled, await buildScript({ ...scripts, ...options }));
  execute(process.execPath, compilerPath(), "--project", "tsconfig.types.json");
  copyFileSync(join(root, "..", "LICENSE"), join(dist, "LICENSE"));
  // The scripts contain copies of these projects, whose licences must be included.
  for (const name of ["commander", "env-paths", "fflate", "is-safe-filename", "smol-toml"]) {
    const folder = join(root, "node_modules", name);
    const licence = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
    copyFileSync(join(folder, licence), join(dist, `LICENSE.${name}`));
  }
  chmodSync(join(dist, "cli.js"), 0o755);
}

const folder = mkdtempSync(join(tmpdir(), "wherry-"));
try {
  await main(folder);
} finally {
  rmSync(folder, { recursive: true });
}
