import { play } from "./play.js";

self.onmessage = async ({ data }) => postMessage(await play(data));
