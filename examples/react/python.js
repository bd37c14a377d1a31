// Python and its packages, begun once for the whole app, and outside of components: effects may run twice.
import { loadPyodide } from "pyodide";
import { attach } from "wherry";

const PACKAGES = ["pydantic>=2"];

let step = { fraction: 0, message: "Python is starting …" };
const listeners = new Set();

/** The progress, for useSyncExternalStore(). */
export const progress = {
  read: () => step,
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** Resolves to the functions of Python when all packages are there, for use(). */
export const python = start();

async function start() {
  // Not awaited: wherry loads at the same time as Pyodide. `npm run dev` and `npm run build` copy Pyodide's files.
  const loading = loadPyodide({ indexURL: `${import.meta.env.BASE_URL}pyodide/` });
  await attach(loading, {
    preload: PACKAGES,
    onProgress({ phase, fraction, message }) {
      step = { fraction, message };
      for (const listener of listeners) listener();
      // The report, with its warnings, is for developers.
      if (phase === "done") console.info(message);
    },
  });
  const pyodide = await loading;
  // A Python function, which JavaScript can call as long as the page is open.
  const book = pyodide.runPython(`
from pydantic import BaseModel, PositiveInt, ValidationError

class Crossing(BaseModel):
    river: str
    passengers: PositiveInt

def book(river, passengers):
    try:
        return f"Booked: {Crossing(river=river, passengers=passengers)!r}"
    except ValidationError as error:
        return "; ".join(f"{problem['loc'][0]}: {problem['msg']}" for problem in error.errors())

book`);
  return { book: (river, passengers) => book(river, passengers) };
}
