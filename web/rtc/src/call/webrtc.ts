/** Calls between two clients, as an application holds them. */

import type { CallEventHandler, WebrtcCallEventName } from "../events/calls.js";
import { checkCustomData, type CustomData } from "../options/custom-data.js";
import { DeclineOptions } from "../options/decline.js";
import { WebrtcCallOptions } from "../options/webrtc.js";
import type { LocalWebrtcCapturer, ServerWebrtcCapturer } from "./captures.js";
import type { Conversation } from "./conversation.js";
import type { Endpoint } from "./endpoints.js";
import { unavailable } from "./error-codes.js";
import { HeldCall } from "./held.js";
import type { IncomingWebrtcCall, WebrtcCall } from "./interfaces.js";
import { CallStatus } from "./status.js";

export class DialogCall extends HeldCall<WebrtcCallOptions> implements WebrtcCall {
  readonly #conversation: Conversation;

  constructor(conversation: Conversation) {
    super(conversation);
    this.#conversation = conversation;
  }

  on<K extends WebrtcCallEventName>(name: K, handler: CallEventHandler<K>): void {
    this.#conversation.events.on(name, handler);
  }

  customData(): CustomData {
    return this.#conversation.beginning.customData;
  }

  startTime(): Date {
    return this.#conversation.startTime;
  }

  // The familiar types promise a Date always; before it there is none.
  establishTime(): Date {
    return this.#conversation.establishTime as Date;
  }

  endTime(): Date {
    return this.#conversation.endTime as Date;
  }

  source(): Endpoint {
    return this.#conversation.beginning.source;
  }

  destination(): Endpoint {
    return this.#conversation.beginning.destination;
  }

  counterpart(): Endpoint {
    return this.#conversation.beginning.counterpart;
  }

  hangup(): void {
    this.#conversation.hangup();
  }

  hasRemoteCameraVideo(): boolean {
    const { beginning, remote } = this.#conversation;
    return this.status() < CallStatus.ESTABLISHED ? beginning.remoteVideo : remote.has("CAMERA");
  }

  hasRemoteScreenShare(): boolean {
    return this.#conversation.remote.has("SCREEN");
  }

  localCapturer(): LocalWebrtcCapturer {
    throw unavailable("Capturing a picture");
  }

  serverCapturer(): ServerWebrtcCapturer {
    throw unavailable("Capturing a picture");
  }
}

export class IncomingDialogCall extends DialogCall implements IncomingWebrtcCall {
  readonly #conversation: Conversation;

  constructor(conversation: Conversation) {
    super(conversation);
    this.#conversation = conversation;
  }

  /** Take the call, once; nothing if it is over. */
  accept(options: WebrtcCallOptions = new WebrtcCallOptions()): void {
    this.#checkRinging("accept");
    checkCustomData(options.customData);
    void this.#conversation.accept(options);
  }

  /** Don't take the call; nothing if it is over. */
  decline(options: DeclineOptions = new DeclineOptions()): void {
    this.#checkRinging("decline");
    this.#conversation.decline(options.declineOnAllDevices);
  }

  #checkRinging(what: string): void {
    const status = this.status();
    if (status === CallStatus.RINGING || status === CallStatus.FINISHED) return;
    throw new Error(`Cannot ${what}, required status is RINGING, current status is ${CallStatus[status]}.`);
  }
}
