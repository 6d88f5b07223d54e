/** Which of a customer's applications a call belongs to. */

export class PlatformOptions {
  constructor(
    public applicationId?: string,
    public entityId?: string,
  ) {}

  static builder(): PlatformOptionsBuilder {
    return new PlatformOptionsBuilder();
  }
}

export class PlatformOptionsBuilder {
  #application: string | undefined;
  #entity: string | undefined;

  setApplicationId(applicationId: string): this {
    this.#application = applicationId;
    return this;
  }

  setEntityId(entityId: string): this {
    this.#entity = entityId;
    return this;
  }

  build(): PlatformOptions {
    return new PlatformOptions(this.#application, this.#entity);
  }
}
