/** The build for script tags: every export becomes a global. */

import { loadedFrom } from "./client/server.js";
import * as everything from "./index.js";

const { currentScript } = document;
loadedFrom(currentScript instanceof HTMLScriptElement ? currentScript.src : undefined);

// The browser has an Audio of its own, which pages use to play sounds.
const { Audio: _, ...globals } = everything;
Object.assign(globalThis, globals);
