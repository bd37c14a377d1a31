import { Component, StrictMode, Suspense, use, useState, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import { WherryError } from "wherry";
import { progress, python } from "./python.js";

/** Works as soon as Python does; until then it suspends, and an error goes to the boundary. */
function Booking() {
  const { book } = use(python);
  const [answer, setAnswer] = useState("");

  function submit(event) {
    event.preventDefault();
    const { river, passengers } = event.target;
    setAnswer(book(river.value, passengers.value));
  }

  return (
    <form onSubmit={submit}>
      <label>River <input name="river" defaultValue="Thames" /></label>
      <label>Passengers <input name="passengers" defaultValue="none" /></label>
      <button>Book</button>
      <output>{answer}</output>
    </form>
  );
}

function Loading() {
  const { fraction, message } = useSyncExternalStore(progress.subscribe, progress.read);
  return (
    <>
      <progress max="1" value={fraction} aria-label="Python and its packages" />
      <p role="status">{message}</p>
    </>
  );
}

/** Shows the errors of wherry, which name the failure, its place, and the way out. */
class Boundary extends Component {
  state = { error: null };

  static getDerivedStateFromError(error) {
    return { error };
  }

  render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div role="alert">
        <h2>{error instanceof WherryError ? "The packages could not be installed" : "Python could not be started"}</h2>
        <p>{error.message}</p>
        <button onClick={() => location.reload()}>Try again</button>
      </div>
    );
  }
}

createRoot(document.querySelector("#root")).render(
  <StrictMode>
    <h1>Crossings</h1>
    <Boundary>
      <Suspense fallback={<Loading />}>
        <Booking />
      </Suspense>
    </Boundary>
  </StrictMode>,
);
