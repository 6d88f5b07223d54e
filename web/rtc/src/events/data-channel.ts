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

/** Sends and receives texts; no call has one yet. */
export interface DataChannel {
  /** Resolves with the id of the message; without `to` everybody gets it. */
  send(text: string, to?: Endpoint): Promise<string>;
  on<K extends DataChannelEvent>(name: K, handler: (event: DataChannelEventTypes[K]) => void): void;
}
