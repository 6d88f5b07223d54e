// Signalling messages as they are on the wire; generated, don't edit.
//
// Made from `src/ringway/rtc/messages.py` by `make generate`.

/** Where the WebSocket is, below the server's address. */
export const PATH = "/rtc/1/socket";

/** major.minor */
export const PROTOCOL = "1.0";

/** Characters of a message. */
export const MAX_TEXT = 262144;

/** Characters of a description. */
export const MAX_SDP = 131072;

export type Source = "MICROPHONE" | "CAMERA" | "SCREEN";

export type RecordingType = "UNDEFINED" | "AUDIO" | "AUDIO_AND_VIDEO" | "NO_RECORDING";

export type RejectCode =
  /** Not signed here, altered, or no token at all. */
  | "INVALID_TOKEN"
  /** Was good once. */
  | "TOKEN_EXPIRED"
  /** Another major version. */
  | "UNSUPPORTED_PROTOCOL"
  /** The first message was no `Connect`, or came too late. */
  | "NOT_CONNECTED"
  /** Connections, of this person or at all. */
  | "TOO_MANY";

/** Who I am. */
export interface Connect {
  readonly t: "connect";
  readonly protocol: string;
  readonly token: string;
  readonly sdk?: string;
}

/** What the client sends in one section of its offer. */
export interface Sending {
  readonly mid: string;
  readonly source: Source;
}

/** Call somebody: a leg with a complete offer. */
export interface Call {
  readonly t: "call";
  readonly call: string;
  readonly to: string;
  readonly offer: string;
  readonly sending: readonly Sending[];
  readonly video?: boolean;
  readonly customData?: Readonly<Record<string, string>>;
  readonly recording?: RecordingType;
  readonly autoReconnect?: boolean;
}

/** The incoming call is shown to the person. */
export interface Ringing {
  readonly t: "ringing";
  readonly call: string;
}

/** Take the incoming call, with a complete offer. */
export interface Accept {
  readonly t: "accept";
  readonly call: string;
  readonly offer: string;
  readonly sending: readonly Sending[];
  readonly customData?: Readonly<Record<string, string>>;
  readonly recording?: RecordingType;
  readonly autoReconnect?: boolean;
}

/** Don't take the incoming call, here or on any device. */
export interface Decline {
  readonly t: "decline";
  readonly call: string;
  readonly everywhere?: boolean;
}

/** End, or cancel, the call. */
export interface Hangup {
  readonly t: "hangup";
  readonly call: string;
  /** Why, when the client's own devices are the reason. */
  readonly code?: "DEVICE_FORBIDDEN" | "DEVICE_NOT_FOUND" | "DEVICE_UNAVAILABLE" | "MEDIA_ERROR" | "NORMAL_HANGUP";
}

/** My microphone is, or is not, muted. */
export interface Mute {
  readonly t: "mute";
  readonly call: string;
  readonly muted: boolean;
}

/** My camera or screen is, or is not, being sent. */
export interface Show {
  readonly t: "show";
  readonly call: string;
  readonly source: "CAMERA" | "SCREEN";
  readonly on: boolean;
}

/** I want to send these sources too; an `Offer` follows. */
export interface Renegotiate {
  readonly t: "renegotiate";
  readonly call: string;
  readonly generation: number;
  readonly sources: readonly Source[];
}

/** My answer to an `Offer`. */
export interface Answer {
  readonly t: "answer";
  readonly call: string;
  readonly generation: number;
  readonly negotiation: number;
  readonly answer: string;
}

/** Are you there? Answered with `Pong`. */
export interface Ping {
  readonly t: "ping";
  readonly number: number;
}

/** Welcome. */
export interface Connected {
  readonly t: "connected";
  readonly protocol: string;
  readonly identity: string;
  readonly connection: string;
  readonly displayName?: string;
}

/** The token is not good, or the server is not; the socket ends after it. */
export interface Rejected {
  readonly t: "rejected";
  readonly code: RejectCode;
  readonly text: string;
}

/** A person behind an SDK. */
export interface Party {
  readonly identity: string;
  readonly displayName?: string;
}

/** Somebody calls. */
export interface Incoming {
  readonly t: "incoming";
  readonly call: string;
  readonly source: Party;
  readonly video: boolean;
  readonly customData?: Readonly<Record<string, string>>;
}

/** Whose media the client receives in a section. */
export interface Receiving {
  /** The call id of the party it comes from. */
  readonly call: string;
  readonly source: Source;
}

/** What one section of the description is for. */
export interface Section {
  readonly mid: string;
  readonly sends?: Source;
  readonly receives?: Receiving;
}

/** The house's answer to the offer in `Call` or `Accept`. */
export interface PipeAnswer {
  readonly t: "pipe_answer";
  readonly call: string;
  readonly generation: number;
  readonly answer: string;
  readonly sections: readonly Section[];
}

/** The other side rings. */
export interface Rang {
  readonly t: "rang";
  readonly call: string;
}

/** Both sides talk. */
export interface Established {
  readonly t: "established";
  readonly call: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly remoteMuted?: boolean;
  readonly remoteShows?: readonly ("CAMERA" | "SCREEN")[];
  readonly customData?: Readonly<Record<string, string>>;
}

/** The house changes what is sent or received; `Answer` it. */
export interface Offer {
  readonly t: "offer";
  readonly call: string;
  readonly generation: number;
  readonly negotiation: number;
  readonly offer: string;
  readonly sections: readonly Section[];
}

/** The meaning of sections changed without a negotiation. */
export interface Sections {
  readonly t: "sections";
  readonly call: string;
  readonly generation: number;
  readonly sections: readonly Section[];
}

/** The other side's microphone is, or is not, muted. */
export interface RemoteMuted {
  readonly t: "remote_muted";
  readonly call: string;
  readonly muted: boolean;
}

/** The other side's camera or screen is, or is not, being sent. */
export interface RemoteShows {
  readonly t: "remote_shows";
  readonly call: string;
  readonly source: "CAMERA" | "SCREEN";
  readonly on: boolean;
}

/** Why something ended or failed, as the SDK shows it. */
export interface ErrorCode {
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

/** The call is over; the last message about it. */
export interface Ended {
  readonly t: "ended";
  readonly call: string;
  readonly code: ErrorCode;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Whole seconds since it was established. */
  readonly duration?: number;
}

/** A command will not be obeyed. */
export interface Refused {
  readonly t: "refused";
  /** The `t` of the command. */
  readonly command: string;
  readonly code: ErrorCode;
  readonly text: string;
  readonly call?: string;
}

/** A text could not be understood. */
export interface Malformed {
  readonly t: "malformed";
  readonly text: string;
}

/** I am here. */
export interface Pong {
  readonly t: "pong";
  readonly number: number;
}

/** What a client says. */
export type FromClient =
  | Connect
  | Call
  | Ringing
  | Accept
  | Decline
  | Hangup
  | Mute
  | Show
  | Renegotiate
  | Answer
  | Ping;

/** What the house says. */
export type FromHouse =
  | Connected
  | Rejected
  | Incoming
  | PipeAnswer
  | Rang
  | Established
  | Offer
  | Sections
  | RemoteMuted
  | RemoteShows
  | Ended
  | Refused
  | Malformed
  | Pong;
