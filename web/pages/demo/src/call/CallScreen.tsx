/** A call or a room on the screen, from the first ring to the end. */

import { Mic, MicOff, PhoneOff, ScreenShare, ScreenShareOff, Video, VideoOff } from "lucide-react";
import { type ReactNode, type RefObject, useEffect, useRef, useSyncExternalStore } from "react";
import { useNow } from "../app/clock.js";
import { ring } from "../app/ring.js";
import { Round, RoundToggle } from "../controls/Button.js";
import { Face } from "../controls/Face.js";
import type { DeviceChoice } from "../devices/choice.js";
import { clock } from "../people/names.js";
import { useText } from "../texts/texts.js";
import type { Conversation, Ended } from "./conversation.js";
import "./call.css";

interface Props {
  readonly conversation: Conversation;
  readonly devices: DeviceChoice;
  /** Where devices are chosen, as before a call. */
  readonly devicePanel?: ReactNode;
  /** What brings others into the room. */
  readonly link?: string;
  onEnded(end: Ended): void;
}

const STATES = { calling: "calling", ringing: "ringing", connecting: "connectingCall", live: "live" } as const;
const KEYS: Readonly<Record<string, string>> = { m: "mute", v: "camera", s: "share" };

export function CallScreen({ conversation, onEnded }: Props): ReactNode {
  const say = useText();
  const view = useSyncExternalStore(conversation.subscribe, conversation.snapshot);
  const now = useNow(view.since !== null);
  const audio = useStream<HTMLAudioElement>(view.sound);
  const mine = useStream<HTMLVideoElement>(view.mine);
  const theirs = useStream<HTMLVideoElement>(view.theirs);
  const { title, kind, phase, ended } = view;
  useEffect(() => {
    if (ended !== null) onEnded({ who: title, room: kind === "room", ...ended });
  }, [ended]);
  useEffect(() => (phase === "ringing" ? ring("waiting") : undefined), [phase]);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const control = KEYS[event.key.toLowerCase()];
      if (control !== undefined) document.querySelector<HTMLElement>(`[data-testid=${control}]`)?.click();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  const seconds = view.since === null ? 0 : Math.max(0, Math.floor((now - view.since) / 1_000));
  return (
    <main className="call" aria-labelledby="call-who" data-testid="call-screen">
      <video className="remote" ref={theirs} autoPlay playsInline muted hidden={view.theirs === null} data-testid="remote-video" />
      {view.theirs === null && (
        <div className="voice">
          <Face name={title} size="large" />
        </div>
      )}
      <video className="local" ref={mine} autoPlay playsInline muted hidden={view.mine === null} aria-label={say("you")} data-testid="local-video" />
      <audio ref={audio} autoPlay data-testid="remote-audio" />
      <div className="plate">
        <h1 id="call-who" data-testid="call-who">
          {title}
        </h1>
        <p>
          <span role="status" data-testid="call-state">
            {say(STATES[phase])}
          </span>
          {view.since !== null && (
            <time data-testid="timer" role="timer" aria-live="off">
              {clock(seconds)}
            </time>
          )}
        </p>
        {view.isOtherMuted && <p data-testid="remote-muted">{say("remoteMuted", { who: title })}</p>}
      </div>
      {view.trouble !== null && (
        <p className="notice" role="alert" data-testid="notice">
          {say("trouble")}
        </p>
      )}
      <div className="bar" role="group" aria-label={say("controls")}>
        <RoundToggle
          icon={view.isMuted ? MicOff : Mic}
          label={say(view.isMuted ? "unmute" : "mute")}
          isOn={view.isMuted}
          testid="mute"
          autoFocus
          onChange={(on) => conversation.mute(on)}
        />
        <RoundToggle
          icon={view.mine ? Video : VideoOff}
          label={say(view.mine ? "cameraOff" : "cameraOn")}
          isOn={view.mine === null}
          isDisabled={phase !== "live"}
          testid="camera"
          onChange={(off) => conversation.camera(!off)}
        />
        <RoundToggle
          icon={view.isSharing ? ScreenShareOff : ScreenShare}
          label={say(view.isSharing ? "shareOff" : "shareOn")}
          isOn={view.isSharing}
          isDisabled={phase !== "live"}
          testid="share"
          onChange={(on) => conversation.share(on)}
        />
        <Round icon={PhoneOff} as="danger" label={say("hangup")} testid="hangup" onPress={() => conversation.hangup()} />
      </div>
    </main>
  );
}

function useStream<T extends HTMLMediaElement>(stream: MediaStream | null): RefObject<T | null> {
  const element = useRef<T>(null);
  useEffect(() => {
    if (element.current === null) return;
    element.current.srcObject = stream;
    if (stream !== null) void element.current.play().catch(() => undefined);
  }, [stream]);
  return element;
}
