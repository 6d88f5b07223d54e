/** What a page can do with a script; without one it can still be read. */

import "@fontsource-variable/inter/index.css";
import "../../../tokens.css";
import "./style.css";
import { startCopying } from "./copying.js";
import { startSearch } from "./search.js";

startCopying();
startSearch();
