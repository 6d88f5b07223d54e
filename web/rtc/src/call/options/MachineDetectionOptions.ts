/** An importable path that applications use: the default export is the class. */

export {
  MachineDetectionOptions as default,
  MachineDetectionOptions,
} from "../../options/machine-detection.js";
