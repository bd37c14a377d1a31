// Importing this registers <wherry-progress>.
import { WherryProgressElement } from "./element.ts";

declare global {
  interface HTMLElementTagNameMap {
    "wherry-progress": WherryProgressElement;
  }
}

// A server that renders pages has no registry.
const elements = globalThis.customElements;
if (elements && !elements.get("wherry-progress")) elements.define("wherry-progress", WherryProgressElement);

export { WherryProgressElement };
