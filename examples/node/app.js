// `npm install && npm start`. For a script in Python only, `npx wherry run app.py` does all of this.
import { loadPyodide } from "pyodide";
import { attach, WherryError } from "wherry";

const pyodide = await loadPyodide();
const wherry = await attach(pyodide);

try {
  const report = await wherry.install(["pydantic>=2", "msgpack"], {
    onProgress: ({ message }) => console.error(message),
  });
  for (const { name, version, requested } of report.installed) {
    console.log(`${requested ? "asked for" : "required "}  ${name} ${version}`);
  }
} catch (error) {
  if (!(error instanceof WherryError)) throw error;
  // `message` is made for people, `code` and `facts` for programs.
  console.error(`${error.code}: ${error.message}`);
  process.exit(1);
}

console.log(
  pyodide.runPython(`
import msgpack
from pydantic import BaseModel

class Crossing(BaseModel):
    river: str
    passengers: int

packed = msgpack.packb(Crossing(river="Thames", passengers=5).model_dump())
f"{Crossing.model_validate(msgpack.unpackb(packed))!r} took {len(packed)} bytes"`),
);
