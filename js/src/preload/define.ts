import { PreloadElement } from "./element.ts";

declare global {
  interface HTMLElementTagNameMap {
    "wherry-preload": PreloadElement;
  }
}

if (!customElements.get("wherry-preload")) customElements.define("wherry-preload", PreloadElement);
