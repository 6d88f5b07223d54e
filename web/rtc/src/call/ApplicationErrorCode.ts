/** An importable path that applications use: the default export is the table of codes. */

export { ApplicationErrorCode as default, ApplicationErrorCode } from "./error-codes.js";
