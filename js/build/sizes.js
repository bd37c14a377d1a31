// Prints the sizes of the files that a visitor downloads, of wherry and of Pyodide. Needs dist/ (`npm run build`).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const root = join(import.meta.dirname, "..");
const FILES = {
  wherry: ["dist/index.js", "dist/wherry-bytecode.bin"],
  "wherry with a lock": ["dist/index.js", "dist/wherry-bytecode.bin", "dist/lock_reader.js"],
  Pyodide: ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"].map(
    (name) => `node_modules/pyodide/${name}`,
  ),
};
const COLUMNS = { bytes: (content) => content.length, gzip: (content) => gzipSync(content).length, brotli: (content) => brotliCompressSync(content).length };

/** Adds a row with the sums. */
function withSum(rows) {
  const sums = Object.keys(COLUMNS).map((column) => [column, Object.values(rows).reduce((sum, row) => sum + row[column], 0)]);
  return { ...rows, together: Object.fromEntries(sums) };
}

for (const [name, paths] of Object.entries(FILES)) {
  const rows = paths.map((path) => {
    const content = readFileSync(join(root, path));
    return [path, Object.fromEntries(Object.entries(COLUMNS).map(([column, measure]) => [column, measure(content)]))];
  });
  console.log(name);
  console.table(withSum(Object.fromEntries(rows)));
}
