export default {
  // The development server bundles dependencies anew, away from the files that lie beside their scripts; these two find
  // theirs beside themselves. `vite build` needs none of this.
  optimizeDeps: { exclude: ["pyodide", "wherry"] },
  // Pyodide and this example wait at the top of modules.
  build: { target: "es2022" },
};
