/** Parties of calls, by the way they are reached. */

export enum EndpointType {
  WEBRTC = "WEBRTC",
  SIP = "SIP",
  PHONE = "PHONE",
  VIBER = "VIBER",
  WHATSAPP = "WHATSAPP",
  WEBSOCKET = "WEBSOCKET",
}

export abstract class Endpoint {
  abstract readonly type: EndpointType;

  /** What the party is reached by. */
  abstract get identifier(): string;

  /** What people read. */
  abstract get displayIdentifier(): string | null;
}

export class WebrtcEndpoint extends Endpoint {
  readonly type = EndpointType.WEBRTC;

  constructor(
    readonly identity: string,
    readonly displayName?: string,
  ) {
    super();
  }

  get identifier(): string {
    return this.identity;
  }

  get displayIdentifier(): string | null {
    return this.displayName ?? null;
  }
}

abstract class NumberEndpoint extends Endpoint {
  constructor(readonly phoneNumber: string) {
    super();
  }

  get identifier(): string {
    return this.phoneNumber;
  }

  get displayIdentifier(): string | null {
    return this.phoneNumber;
  }
}

export class PhoneEndpoint extends NumberEndpoint {
  readonly type = EndpointType.PHONE;
}

export class ViberEndpoint extends NumberEndpoint {
  readonly type = EndpointType.VIBER;
}

export class SipEndpoint extends Endpoint {
  readonly type = EndpointType.SIP;

  constructor(readonly username: string) {
    super();
  }

  get identifier(): string {
    return this.username;
  }

  get displayIdentifier(): string | null {
    return this.username;
  }
}

export class WhatsAppEndpoint extends Endpoint {
  readonly type = EndpointType.WHATSAPP;

  constructor(
    readonly phoneNumber?: string,
    readonly bsuid?: string,
    readonly displayName?: string,
  ) {
    super();
  }

  get identifier(): string {
    return this.phoneNumber ?? this.bsuid ?? "";
  }

  get displayIdentifier(): string | null {
    return this.displayName ?? null;
  }
}

export class WebsocketEndpoint extends Endpoint {
  readonly type = EndpointType.WEBSOCKET;

  constructor(
    readonly identifier: string,
    readonly websocketEndpointConfigId: string,
  ) {
    super();
  }

  get displayIdentifier(): string | null {
    return this.identifier;
  }
}
