import { PreloadElement } from "./element.ts";

declare global {
  interface HTMLElementTagNameMap {
    "wherry-preload": PreloadElement;
  }
}

customElements.define("wherry-preload", PreloadElement);
