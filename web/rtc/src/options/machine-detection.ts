/** Whether a phone call listens for an answering machine. */

export class MachineDetectionOptions {
  constructor(
    readonly enabled = false,
    /** Seconds. */
    readonly detectionTime = 3.7,
  ) {}

  static builder(): MachineDetectionOptionsBuilder {
    return new MachineDetectionOptionsBuilder();
  }

  toJSON(): { enabled: boolean; detectionTime: number } {
    return { enabled: this.enabled, detectionTime: this.detectionTime };
  }
}

export class MachineDetectionOptionsBuilder {
  #enabled = false;
  #time = 3.7;

  setEnabled(enabled: boolean): this {
    this.#enabled = enabled;
    return this;
  }

  setDetectionTime(seconds: number): this {
    this.#time = seconds;
    return this;
  }

  build(): MachineDetectionOptions {
    return new MachineDetectionOptions(this.#enabled, this.#time);
  }
}
