// Registers <wherry-progress>.
import { WherryProgressElement } from "./element.ts";

declare global {
  interface HTMLElementTagNameMap {
    "wherry-progress": WherryProgressElement;
  }
}

// Absent on servers that render pages.
const elements = globalThis.customElements;
if (elements && !elements.get("wherry-progress")) elements.define("wherry-progress", WherryProgressElement);

export { WherryProgressElement };
