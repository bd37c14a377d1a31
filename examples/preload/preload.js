// The page is visible at once while Python loads its packages; then the form works.
import { loadPyodide } from "pyodide";
import { attach } from "wherry";

const PACKAGES = ["pydantic>=2"];

const bar = document.querySelector("progress");
const status = document.querySelector("[role=status]");
const form = document.querySelector("form");
const output = document.querySelector("output");

async function start() {
  // Not awaited: wherry loads at the same time as Pyodide.
  const loading = loadPyodide();
  await attach(loading, {
    preload: PACKAGES,
    onProgress({ phase, fraction, message }) {
      bar.value = fraction;
      status.textContent = phase === "done" ? "Ready" : message;
      // The report, with its warnings, is for developers.
      if (phase === "done") console.info(message);
    },
  });
  const pyodide = await loading;
  // A Python function, which JavaScript can call as long as the page is open.
  return pyodide.runPython(`
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
}

try {
  const book = await start();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    output.textContent = book(form.river.value, form.passengers.value);
  });
  form.querySelector("button").disabled = false;
} catch (error) {
  // The errors of wherry are readable: they name the failure, its place, and the way out.
  status.textContent = error.message;
}
