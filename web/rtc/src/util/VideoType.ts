/** An importable path that applications use: the default export is the enum. */

export { VideoType as default, VideoType } from "../call/video.js";
