/** Texts beside a call: the channel, its events, and what comes with each. */

import type { Endpoint } from "../call/endpoints.js";

export enum DataChannelEvent {
  TEXT_DELIVERED_EVENT = "text-delivered",
  TEXT_RECEIVED_EVENT = "text-received",
  BROADCAST_TEXT_RECEIVED_EVENT = "broadcast-text-received",
}

/** What a handler of each event is given. */
export interface DataChannelEventTypes {
  [DataChannelEvent.TEXT_DELIVERED_EVENT]: { id: string; date: Date; delivered: boolean };
  [DataChannelEvent.TEXT_RECEIVED_EVENT]: { text: string; from: Endpoint; isDirect: boolean; date: Date };
  [DataChannelEvent.BROADCAST_TEXT_RECEIVED_EVENT]: { text: string; date: Date };
}

/** Sends and receives texts, in order. */
export interface DataChannel {
  /**
   * Resolves at once with the id of the message; without `to` everybody gets it. TEXT_DELIVERED_EVENT says
   * once what became of it. Rejects with an Error whose message begins with TOO_LONG (65536 bytes of UTF-8),
   * TOO_FAST (1000 texts or 4 MiB wait), NOBODY, NOT_JOINED (the call is over) or MALFORMED.
   */
  send(text: string, to?: Endpoint): Promise<string>;
  on<K extends DataChannelEvent>(name: K, handler: (event: DataChannelEventTypes[K]) => void): void;
}
