/** What a page can do with a script; without one it can still be read. */

import "@fontsource-variable/inter/index.css";
import "../../../tokens.css";
import "./style.css";
import { startCopying } from "./copying.js";
import { startSearch } from "./search.js";

// Where there are more pages than room for them, this one is in sight.
document.querySelector("nav.pages [aria-current]")?.scrollIntoView({ block: "nearest" });
startCopying();
startSearch();
