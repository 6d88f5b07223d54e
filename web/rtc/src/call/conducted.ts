/** The life of a call that an application conducts: answered, brought together with others, and parted. */

import { CallsApiEvent } from "../events/calls.js";
import type { CallState, Meeting, Role as SaidRole, Room } from "../generated/messages.js";
import type { Others } from "../media/others.js";
import type { ApplicationCallOptions } from "../options/application.js";
import type { CustomData } from "../options/custom-data.js";
import { Company } from "./company.js";
import { ApplicationErrorCode, type ErrorCode } from "./error-codes.js";
import { type Line, LiveCall, type Opening, type OwnMessage } from "./live.js";
import { isSameRole, isShown, roleOf } from "./roles.js";
import { CallStatus } from "./status.js";

/** What is known of a call when it begins. */
export interface Beginning {
  readonly id: string;
  /** The application's calls configuration. */
  readonly configuration: string;
  /** What the application calls from, and how that is shown; undefined for a call to it. */
  readonly from?: { readonly identifier: string; readonly displayName: string | null };
  readonly customData: CustomData;
  readonly options: ApplicationCallOptions;
  /** Whether the application will show a picture. */
  readonly remoteVideo: boolean;
}

interface Place {
  readonly id: string;
  readonly kind: Exclude<Meeting, "ROOM">;
}

export class Conducted extends LiveCall<ApplicationCallOptions> {
  readonly beginning: Beginning;
  readonly remote: Others;
  protected readonly over = CallsApiEvent.HANGUP;
  protected readonly givenUp = ApplicationErrorCode.CANCELLED;
  readonly #company: Company;
  #hasEarlyMedia = false;
  /** The conference or dialog one is in. */
  #place: Place | undefined;
  /** One's own in the conference. */
  #role: SaidRole | undefined;

  /** `status`: INITIALIZED for a call to make, RINGING for one that came. */
  constructor(line: Line, beginning: Beginning, status: CallStatus.INITIALIZED | CallStatus.RINGING) {
    super(line, beginning.id, beginning.options, status);
    this.beginning = beginning;
    this.#company = new Company(beginning.id, this.peer, this.events, true);
    this.remote = this.#company.remote;
    this.prepare(beginning.options, this.#company.parties());
  }

  /** Call the application. */
  async dial(): Promise<void> {
    const { video, platformOptions, autoReconnect } = this.options;
    const { applicationId, entityId } = platformOptions;
    await this.open(this.#opening(video), (proposal) => {
      this.begun(CallStatus.CALLING);
      this.line.say({
        t: "call_application",
        configuration: this.beginning.configuration,
        ...this.terms(proposal),
        ...(video ? { video } : {}),
        ...(applicationId ? { applicationId } : {}),
        ...(entityId ? { entityId } : {}),
        ...(autoReconnect ? { autoReconnect } : {}),
      });
    });
  }

  /** Take a call that came. */
  async accept(options: ApplicationCallOptions): Promise<void> {
    if (this.isEnding()) return;
    this.prepare(options, this.#company.parties());
    await this.take(this.#opening(options.video || this.beginning.remoteVideo));
  }

  protected follow(message: OwnMessage): void {
    switch (message.t) {
      case "rang":
        if (this.status() !== CallStatus.CALLING) return;
        this.begun(CallStatus.RINGING);
        this.events.emit(CallsApiEvent.RINGING, {});
        return;
      case "early_media":
        if (this.#hasEarlyMedia || this.status() === CallStatus.ESTABLISHED) return;
        this.#hasEarlyMedia = true;
        this.events.emit(CallsApiEvent.EARLY_MEDIA, { stream: this.remote.audio });
        return;
      case "established":
        if (this.establish()) this.events.emit(CallsApiEvent.ESTABLISHED, { stream: this.remote.audio });
        return;
      case "conference_joined":
        this.#joined("CONFERENCE", message.room);
        return;
      case "dialog_joined":
        this.#joined("DIALOG", { id: message.id, name: "", participants: [message.remote] });
        return;
      case "conference_left":
        if (this.#place?.kind === "CONFERENCE") this.#left(message.code);
        return;
      case "dialog_left":
        if (this.#place?.kind === "DIALOG") this.#left(message.code);
        return;
      case "role_changed":
        this.#play(message.role);
        return;
      case "message_received":
        this.events.emit(CallsApiEvent.MESSAGE_RECEIVED, { message: message.message });
        return;
      case "broadcast_text":
        this.texts?.broadcast(message.text, new Date(message.at));
        return;
      default:
        if (this.#place !== undefined) this.#company.hear(message);
    }
  }

  protected catchUp({ call, phase, at = 0, meeting, room }: CallState): void {
    if (phase === "RINGING") this.follow({ t: "rang", call });
    if (phase === "PRE_ESTABLISHED") this.follow({ t: "early_media", call });
    if (phase === "ESTABLISHED") this.follow({ t: "established", call, at });
    if (room !== undefined && (meeting === "CONFERENCE" || meeting === "DIALOG")) this.#joined(meeting, room);
    // Why, only the messages knew.
    else if (this.#place !== undefined) this.#left(ApplicationErrorCode.NORMAL_HANGUP);
  }

  /** In there, whatever was told before. */
  #joined(kind: Place["kind"], room: Room): void {
    if (this.#place?.id === room.id) {
      this.#company.compare(room.participants);
      this.#play(room.role);
      return;
    }
    if (this.#place !== undefined) this.#left(ApplicationErrorCode.NORMAL_HANGUP);
    this.#place = { id: room.id, kind };
    this.#role = room.role;
    this.#tellJoined(room);
    this.#company.show();
    this.texts?.begin();
    this.#hideIfNobodySees();
  }

  #tellJoined({ id, name, participants: said }: Room): void {
    const participants = this.#company.meet(said);
    // Nothing is recorded yet.
    const recordingType = "UNDEFINED";
    const [remote] = participants;
    if (this.#place?.kind === "CONFERENCE") {
      this.events.emit(CallsApiEvent.CONFERENCE_JOINED, { id, name, participants, recordingType });
    } else if (remote !== undefined) this.events.emit(CallsApiEvent.DIALOG_JOINED, { id, remote, recordingType });
  }

  #left(errorCode: ErrorCode): void {
    const left =
      this.#place?.kind === "DIALOG" ? CallsApiEvent.DIALOG_LEFT : CallsApiEvent.CONFERENCE_LEFT;
    this.#place = undefined;
    this.#company.leave();
    this.texts?.rest();
    this.events.emit(left, { errorCode });
  }

  #play(role: SaidRole | undefined): void {
    if (isSameRole(role, this.#role)) return;
    this.#role = role;
    this.events.emit(CallsApiEvent.ROLE_CHANGED, { role: roleOf(role) });
    this.#hideIfNobodySees();
  }

  /** Who is not shown should not believe to be. */
  #hideIfNobodySees(): void {
    if (!isShown(this.#role)) void this.own.hide();
  }

  /** The application may want to be heard by somebody who says nothing. */
  #opening(takesVideo: boolean): Opening {
    const { audio, autoReconnect } = this.options;
    const takes = { own: audio ? "sendrecv" : "recvonly", voices: 1, pictures: takesVideo ? 1 : 0 } as const;
    return { takes, reconnects: autoReconnect };
  }
}
