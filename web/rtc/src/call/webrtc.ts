/** Calls between two clients, as an application holds them. */

import type { CallEventHandler, WebrtcCallEventName } from "../events/calls.js";
import { checkCustomData, type CustomData } from "../options/custom-data.js";
import { DeclineOptions } from "../options/decline.js";
import { WebrtcCallOptions } from "../options/webrtc.js";
import type { Conversation } from "./conversation.js";
import type { Endpoint } from "./endpoints.js";
import { checkRinging, HeldTalk } from "./held.js";
import type { IncomingWebrtcCall, WebrtcCall } from "./interfaces.js";
import { CallStatus } from "./status.js";

export class DialogCall extends HeldTalk<WebrtcCallOptions> implements WebrtcCall {
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

  source(): Endpoint {
    return this.#conversation.beginning.source;
  }

  destination(): Endpoint {
    return this.#conversation.beginning.destination;
  }

  counterpart(): Endpoint {
    return this.#conversation.beginning.counterpart;
  }

  hasRemoteCameraVideo(): boolean {
    const { beginning, remote } = this.#conversation;
    return this.status() < CallStatus.ESTABLISHED ? beginning.remoteVideo : remote.has("CAMERA");
  }

  hasRemoteScreenShare(): boolean {
    return this.#conversation.remote.has("SCREEN");
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
    checkRinging("accept", this.status());
    checkCustomData(options.customData);
    void this.#conversation.accept(options);
  }

  /** Don't take the call; nothing if it is over. */
  decline(options: DeclineOptions = new DeclineOptions()): void {
    checkRinging("decline", this.status());
    this.#conversation.decline(options.declineOnAllDevices);
  }
}
