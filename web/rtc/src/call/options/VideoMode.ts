/** An importable path that applications use: the default export is the enum. */

export { VideoMode as default, VideoMode } from "../video.js";
