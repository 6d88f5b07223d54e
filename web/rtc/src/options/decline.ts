/** Whether a call is declined here, or on all devices of the person. */

export class DeclineOptions {
  constructor(readonly declineOnAllDevices = false) {}

  static builder(): DeclineOptionsBuilder {
    return new DeclineOptionsBuilder();
  }
}

export class DeclineOptionsBuilder {
  #everywhere = false;

  setDeclineOnAllDevices(everywhere: boolean): this {
    this.#everywhere = everywhere;
    return this;
  }

  build(): DeclineOptions {
    return new DeclineOptions(this.#everywhere);
  }
}
