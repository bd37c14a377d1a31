// Importing this registers <wherry-progress>.
import { WherryProgressElement } from "./element.ts";

declare global {
  interface HTMLElementTagNameMap {
    "wherry-progress": WherryProgressElement;
  }
}

if (!customElements.get("wherry-progress")) customElements.define("wherry-progress", WherryProgressElement);

export { WherryProgressElement };
