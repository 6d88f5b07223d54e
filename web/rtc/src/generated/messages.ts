// Signalling messages as they are on the wire; generated, don't edit.
//
// Made from `src/ringway/rtc/messages.py` by `make generate`.

/** Where the WebSocket is, below the server's address. */
export const PATH = "/rtc/1/socket";

/** major.minor */
export const PROTOCOL = "1.2";

/** Characters of a message. */
export const MAX_TEXT = 524288;

/** Characters of a description. */
export const MAX_SDP = 262144;

export type RecordingType = "UNDEFINED" | "AUDIO" | "AUDIO_AND_VIDEO" | "NO_RECORDING";

export type Source = "MICROPHONE" | "CAMERA" | "SCREEN";

export type Way = "SEND" | "RECEIVE";

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
  | "TOO_MANY"
  /** Not made here, or altered. */
  | "RESUME_INVALID"
  /** Made for another person. */
  | "RESUME_FOREIGN"
  /** Another socket has resumed with it since, and spoken. */
  | "RESUME_USED"
  /** The line was given up, or its end was told. */
  | "RESUME_EXPIRED";

export type Shown = "CAMERA" | "SCREEN";

export type RoleType = "DEFAULT" | "MONITOR" | "ADVISOR" | "LISTENER" | "AUDITOR";

export type Meeting = "ROOM" | "CONFERENCE" | "DIALOG";

/** The line that this socket goes on with. */
export interface Resumption {
  /** The last one that was given: each is good until something is said after it. */
  readonly token: string;
  /** Number of the last message heard. */
  readonly heard: number;
  /** The calls that are alive here: the house says what became of each. */
  readonly calls?: readonly string[];
}

/** Who I am. */
export interface Connect {
  readonly t: "connect";
  readonly protocol: string;
  readonly token: string;
  readonly sdk?: string;
  readonly resume?: Resumption;
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
  readonly n?: number;
}

/** Call an application: a leg with a complete offer. */
export interface CallApplication {
  readonly t: "call_application";
  readonly call: string;
  readonly configuration: string;
  readonly offer: string;
  readonly sending: readonly Sending[];
  readonly video?: boolean;
  readonly customData?: Readonly<Record<string, string>>;
  readonly applicationId?: string;
  readonly entityId?: string;
  readonly autoReconnect?: boolean;
  readonly n?: number;
}

/** Join, or begin, a room: a leg with a complete offer. */
export interface Join {
  readonly t: "join";
  readonly call: string;
  readonly room: string;
  readonly offer: string;
  readonly sending: readonly Sending[];
  readonly way?: Way;
  /** False is for who only receives: `Room.participants` stays empty. */
  readonly participantEvents?: boolean;
  readonly customData?: Readonly<Record<string, string>>;
  readonly recording?: RecordingType;
  readonly autoReconnect?: boolean;
  readonly n?: number;
}

/** The incoming call is shown to the person. */
export interface Ringing {
  readonly t: "ringing";
  readonly call: string;
  readonly n?: number;
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
  readonly n?: number;
}

/** Don't take the incoming call, here or on any device. */
export interface Decline {
  readonly t: "decline";
  readonly call: string;
  readonly everywhere?: boolean;
  readonly n?: number;
}

/** End, or cancel, the call. */
export interface Hangup {
  readonly t: "hangup";
  readonly call: string;
  /** Why, when the client's own devices are the reason. */
  readonly code?: "DEVICE_FORBIDDEN" | "DEVICE_NOT_FOUND" | "DEVICE_UNAVAILABLE" | "MEDIA_ERROR" | "NORMAL_HANGUP";
  readonly n?: number;
}

/** My microphone is, or is not, muted. */
export interface Mute {
  readonly t: "mute";
  readonly call: string;
  readonly muted: boolean;
  readonly n?: number;
}

/** My camera or screen is, or is not, being sent. */
export interface Show {
  readonly t: "show";
  readonly call: string;
  readonly source: Shown;
  readonly on: boolean;
  readonly n?: number;
}

/** I want to send these sources too; an `Offer` follows. */
export interface Renegotiate {
  readonly t: "renegotiate";
  readonly call: string;
  readonly generation: number;
  readonly sources: readonly Source[];
  readonly n?: number;
}

/** My answer to an `Offer`. */
export interface Answer {
  readonly t: "answer";
  readonly call: string;
  readonly generation: number;
  readonly negotiation: number;
  readonly answer: string;
  readonly n?: number;
}

/** My network has changed; an `Offer` with new ICE credentials follows. */
export interface RestartIce {
  readonly t: "restart_ice";
  readonly call: string;
  readonly generation: number;
  readonly n?: number;
}

/** The pipe is lost: here is the complete offer of the next generation. */
export interface Reopen {
  readonly t: "reopen";
  readonly call: string;
  readonly generation: number;
  readonly offer: string;
  readonly sending: readonly Sending[];
  readonly n?: number;
}

/** My network's quality has changed. */
export interface Quality {
  readonly t: "quality";
  readonly call: string;
  readonly level: number;
  readonly n?: number;
}

/** Who is there? Answered with `People`, and `PeopleChanged` from then on. */
export interface WatchPeople {
  readonly t: "watch_people";
  readonly n?: number;
}

/** Are you there? Answered with `Pong`. */
export interface Ping {
  readonly t: "ping";
  readonly number: number;
  /** Number of the last message heard: the house forgets those up to it. */
  readonly heard?: number;
}

/** Welcome. */
export interface Connected {
  readonly t: "connected";
  readonly protocol: string;
  readonly identity: string;
  readonly connection: string;
  /** To go on with this line on another socket. */
  readonly resume: string;
  /** Seconds for which the house keeps the line of a lost socket. */
  readonly resumeWithin: number;
  readonly displayName?: string;
}

/** A person behind an SDK. */
export interface Party {
  readonly identity: string;
  readonly displayName?: string;
}

/** Whom a participant hears, and who hears it. */
export interface Role {
  readonly type: RoleType;
  /** Call ids; only an ADVISOR has some, and is heard by these alone. */
  readonly advised?: readonly string[];
}

/** Somebody else in the room, conference or dialog. */
export interface Participant {
  readonly call: string;
  readonly identity: string;
  readonly state: "JOINED" | "JOINING";
  readonly displayName?: string;
  readonly muted?: boolean;
  readonly shows?: readonly Shown[];
  /** Its media is interrupted, and awaited back. */
  readonly disconnected?: boolean;
  /** None: DEFAULT. */
  readonly role?: Role;
  /** The application lets it hear nobody. */
  readonly deaf?: boolean;
  /** The application lets it see nobody. */
  readonly blind?: boolean;
}

/** The room, conference or dialog one is in. */
export interface Room {
  readonly id: string;
  /** Empty for what has no name. */
  readonly name: string;
  /** The others; empty for who wants no participant events. */
  readonly participants: readonly Participant[];
  /** One's own; None: DEFAULT. */
  readonly role?: Role;
}

/** All that the house would have told of a call by now. */
export interface CallState {
  readonly call: string;
  readonly phase: "CALLING" | "CONNECTING" | "ESTABLISHED" | "PRE_ESTABLISHED" | "RINGING";
  readonly generation: number;
  /** LOST: make the pipe of this generation with `Reopen`. */
  readonly media: "LOST" | "NONE" | "OPEN" | "OPENING" | "REOPENING";
  /** As the house knows this side. */
  readonly muted: boolean;
  readonly shows: readonly Shown[];
  /** Somebody else has made this call. */
  readonly incoming?: boolean;
  /** Who, of an incoming call. */
  readonly source?: Party;
  readonly video?: boolean;
  /** Milliseconds since 1970: when it was established. */
  readonly at?: number;
  readonly remoteMuted?: boolean;
  readonly remoteShows?: readonly Shown[];
  readonly remoteDisconnected?: boolean;
  /** Of the other side. */
  readonly customData?: Readonly<Record<string, string>>;
  /** Once it is joined. */
  readonly room?: Room;
  /** What `room` is. */
  readonly meeting?: Meeting;
  /** The application's calls configuration, of a call with an application. */
  readonly configuration?: string;
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
  readonly n?: number;
}

/** Welcome back: the line goes on. */
export interface Resumed {
  readonly t: "resumed";
  readonly protocol: string;
  readonly connection: string;
  readonly resume: string;
  readonly resumeWithin: number;
  /** Number of the last message heard from the client: say those after it again. */
  readonly heard: number;
  /** The next message has the number after this one. */
  readonly number: number;
  /** Instead of what was said meanwhile; None: that is said again now. */
  readonly snapshot?: readonly CallState[];
  /** With a snapshot: the calls asked for that are over. */
  readonly ended?: readonly Ended[];
}

/** The token is not good, or the server is not; the socket ends after it. */
export interface Rejected {
  readonly t: "rejected";
  readonly code: RejectCode;
  readonly text: string;
}

/** Somebody calls. */
export interface Incoming {
  readonly t: "incoming";
  readonly call: string;
  readonly source: Party;
  readonly video: boolean;
  readonly customData?: Readonly<Record<string, string>>;
  readonly n?: number;
}

/** An application calls; every free device of the person has the same call id. */
export interface IncomingApplication {
  readonly t: "incoming_application";
  readonly call: string;
  readonly configuration: string;
  /** What the application says it calls from. */
  readonly from: string;
  readonly video: boolean;
  readonly fromDisplayName?: string;
  readonly customData?: Readonly<Record<string, string>>;
  readonly n?: number;
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
  readonly n?: number;
}

/** The other side rings. */
export interface Rang {
  readonly t: "rang";
  readonly call: string;
  readonly n?: number;
}

/** What the application has its caller hear before it answers. */
export interface EarlyMedia {
  readonly t: "early_media";
  readonly call: string;
  readonly n?: number;
}

/** Both sides talk. */
export interface Established {
  readonly t: "established";
  readonly call: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly remoteMuted?: boolean;
  readonly remoteShows?: readonly Shown[];
  readonly customData?: Readonly<Record<string, string>>;
  readonly n?: number;
}

/** The house changes what is sent or received; `Answer` it. */
export interface Offer {
  readonly t: "offer";
  readonly call: string;
  readonly generation: number;
  readonly negotiation: number;
  readonly offer: string;
  readonly sections: readonly Section[];
  readonly n?: number;
}

/** The meaning of sections changed without a negotiation. */
export interface Sections {
  readonly t: "sections";
  readonly call: string;
  readonly generation: number;
  readonly sections: readonly Section[];
  readonly n?: number;
}

/** The other side's microphone is, or is not, muted. */
export interface RemoteMuted {
  readonly t: "remote_muted";
  readonly call: string;
  readonly muted: boolean;
  readonly n?: number;
}

/** The other side's camera or screen is, or is not, being sent. */
export interface RemoteShows {
  readonly t: "remote_shows";
  readonly call: string;
  readonly source: Shown;
  readonly on: boolean;
  readonly n?: number;
}

/** The other side's media is, or is no longer, interrupted. */
export interface RemoteDisconnected {
  readonly t: "remote_disconnected";
  readonly call: string;
  readonly disconnected: boolean;
  readonly n?: number;
}

/** The other side's network quality has changed. */
export interface RemoteQuality {
  readonly t: "remote_quality";
  readonly call: string;
  readonly level: number;
  readonly n?: number;
}

/** In the room, and media flows. */
export interface RoomJoined {
  readonly t: "room_joined";
  readonly call: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly room: Room;
  readonly n?: number;
}

/** The application has brought this call into a conference, and media flows. */
export interface ConferenceJoined {
  readonly t: "conference_joined";
  readonly call: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly room: Room;
  readonly n?: number;
}

/** Out of the conference; the call goes on. */
export interface ConferenceLeft {
  readonly t: "conference_left";
  readonly call: string;
  readonly code: ErrorCode;
  readonly n?: number;
}

/** The application has brought this call together with another one. */
export interface DialogJoined {
  readonly t: "dialog_joined";
  readonly call: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly id: string;
  readonly remote: Participant;
  readonly n?: number;
}

/** Out of the dialog; the call goes on. */
export interface DialogLeft {
  readonly t: "dialog_left";
  readonly call: string;
  readonly code: ErrorCode;
  readonly n?: number;
}

/** Somebody comes, is in, or shows something else: this is so now. */
export interface ParticipantChanged {
  readonly t: "participant_changed";
  readonly call: string;
  readonly participant: Participant;
  readonly n?: number;
}

/** Somebody is out. */
export interface ParticipantLeft {
  readonly t: "participant_left";
  readonly call: string;
  /** Its call id. */
  readonly participant: string;
  readonly n?: number;
}

/** Somebody's network quality has changed. */
export interface ParticipantQuality {
  readonly t: "participant_quality";
  readonly call: string;
  readonly participant: string;
  readonly level: number;
  readonly n?: number;
}

/** Somebody in the room or conference talks, or no longer talks. */
export interface Talking {
  readonly t: "talking";
  readonly call: string;
  /** A call id; this one's own too. */
  readonly participant: string;
  readonly talking: boolean;
  readonly n?: number;
}

/** The application has given this call another role in its conference. */
export interface RoleChanged {
  readonly t: "role_changed";
  readonly call: string;
  readonly role: Role;
  readonly n?: number;
}

/** The application says something to this call's client. */
export interface MessageReceived {
  readonly t: "message_received";
  readonly call: string;
  readonly message: string;
  readonly n?: number;
}

/** The application writes to everybody in the conference or dialog. */
export interface BroadcastText {
  readonly t: "broadcast_text";
  readonly call: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
  readonly n?: number;
}

/** Who else of the account is there now; it replaces what was told before. */
export interface People {
  readonly t: "people";
  /** Each person once, who came first before the others. */
  readonly people: readonly Party[];
  readonly n?: number;
}

/** Who has come and gone since. */
export interface PeopleChanged {
  readonly t: "people_changed";
  /** Who has come, or has another name. */
  readonly here?: readonly Party[];
  /** Identities. */
  readonly gone?: readonly string[];
  readonly n?: number;
}

/** The pipe is lost: make the one of this generation with `Reopen`. */
export interface Lost {
  readonly t: "lost";
  readonly call: string;
  readonly generation: number;
  readonly n?: number;
}

/** Something of the call does not work; the call goes on. */
export interface Failed {
  readonly t: "failed";
  readonly call: string;
  readonly code: ErrorCode;
  readonly n?: number;
}

/** A command will not be obeyed. */
export interface Refused {
  readonly t: "refused";
  /** The `t` of the command. */
  readonly command: string;
  readonly code: ErrorCode;
  readonly text: string;
  readonly call?: string;
  readonly n?: number;
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
  /** Number of the last message heard from the client. */
  readonly heard?: number;
}

/** What a client says. */
export type FromClient =
  | Connect
  | Call
  | CallApplication
  | Join
  | Ringing
  | Accept
  | Decline
  | Hangup
  | Mute
  | Show
  | Renegotiate
  | Answer
  | RestartIce
  | Reopen
  | Quality
  | WatchPeople
  | Ping;

/** What the house says. */
export type FromHouse =
  | Connected
  | Resumed
  | Rejected
  | Incoming
  | IncomingApplication
  | PipeAnswer
  | Rang
  | EarlyMedia
  | Established
  | Offer
  | Sections
  | RemoteMuted
  | RemoteShows
  | RemoteDisconnected
  | RemoteQuality
  | RoomJoined
  | ConferenceJoined
  | ConferenceLeft
  | DialogJoined
  | DialogLeft
  | ParticipantChanged
  | ParticipantLeft
  | ParticipantQuality
  | Talking
  | RoleChanged
  | MessageReceived
  | BroadcastText
  | People
  | PeopleChanged
  | Lost
  | Failed
  | Ended
  | Refused
  | Malformed
  | Pong;
