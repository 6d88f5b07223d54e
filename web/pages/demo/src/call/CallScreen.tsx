/** A call or a room on the screen, from the first ring to the end. */

import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useNow } from "../controls/now.js";
import { ring } from "../ringing/ring.js";
import type { DeviceChoice } from "../devices/choice.js";
import { clock } from "../people/names.js";
import { ShareLink } from "../sharing/ShareLink.js";
import { useText } from "../texts/texts.js";
import { Bar } from "./Bar.js";
import { Chat } from "./Chat.js";
import type { Conversation, Ended } from "./conversation.js";
import { KeyList } from "./KeyList.js";
import type { KeyAct } from "./keys.js";
import { NetworkMark } from "./NetworkMark.js";
import { NewText } from "./NewText.js";
import { Notices } from "./Notices.js";
import { noticesOf } from "./notices.js";
import { Panel, type PanelName } from "./Panel.js";
import { people } from "./seats.js";
import { Sound } from "./Sound.js";
import { Stage } from "./Stage.js";
import { useAwake } from "./use-awake.js";
import { useKeys } from "./use-keys.js";
import { useStill } from "./use-still.js";
import type { View } from "./view.js";
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

export function CallScreen({ conversation, devices, devicePanel, link, onEnded }: Props) {
  const view = useSyncExternalStore(conversation.subscribe, conversation.snapshot);
  const say = useText();
  const [panel, setPanel] = useState<PanelName | null>(null);
  const [allowed, setAllowed] = useState(0);
  const screen = useRef<HTMLElement>(null);
  const isPictured = people(view.seats).some(({ camera }) => camera !== null);
  // Elsewhere the controls have a place of their own, and hide nothing.
  const isOverPicture = isPictured && view.kind === "call" && view.screens.length === 0;
  // While something is wrong, what one can do about it stays in sight.
  const isStill = useStill(isOverPicture && panel === null && noticesOf(view).length === 0);
  useAwake();
  useRinging(view);
  useChosen(conversation, devices);
  useEnd(view, onEnded);

  const close = (): void => {
    setPanel(null);
    screen.current?.querySelector<HTMLElement>("[data-testid=more]")?.focus({ preventScroll: true });
  };
  const open = (name: PanelName): void => setPanel(name);
  const act = (what: KeyAct): void => {
    const { me, phase } = conversation.snapshot();
    if (what === "mute") conversation.mute(!me.isMuted);
    else if (what === "talk") conversation.talk(true);
    else if (what === "chat" || what === "keys") panel === what ? close() : open(what);
    else if (phase !== "live" || me.pending.includes(what === "camera" ? "camera" : "screen")) return;
    else if (what === "camera") conversation.camera(me.camera === null);
    else conversation.share(me.screen === null);
  };
  useKeys(act, () => conversation.talk(false));

  const contents: Partial<Record<PanelName, ReactNode>> = {
    chat: <Chat view={view} conversation={conversation} />,
    ...(devicePanel === undefined ? {} : { devices: devicePanel }),
    ...(link === undefined || view.kind === "call" ? {} : { link: <ShareLink link={link} label={say("shareRoomLink")} /> }),
    keys: <KeyList />,
  };
  return (
    <main
      ref={screen}
      className="call"
      aria-labelledby="call-who"
      data-testid="call-screen"
      data-still={isStill}
      data-panel={panel !== null}
    >
      <div className="scene on-stage">
        <Plate view={view} />
        <Stage view={view} onInvite={() => open("link" in contents ? "link" : "chat")} />
        <div className="below">
          <Notices
            view={view}
            conversation={conversation}
            onDevices={() => open("devices" in contents ? "devices" : "keys")}
            onPlay={() => {
              conversation.dismiss();
              setAllowed(allowed + 1);
            }}
          />
          <NewText chat={view.chat} onOpen={() => open("chat")} />
          <Bar view={view} conversation={conversation} isPanelOpen={panel !== null} onMore={() => (panel === null ? open("chat") : close())} />
        </div>
      </div>
      {panel !== null && <Panel shown={panel} contents={contents} onShow={open} onClose={close} />}
      {view.sound !== null && (
        <Sound
          stream={view.sound}
          speaker={devices.speaker}
          allowed={allowed}
          onBlocked={() => conversation.hint("sound-blocked")}
          onSpeakerRefused={() => conversation.failed("speaker", "DEVICE_NOT_FOUND")}
        />
      )}
    </main>
  );
}

/** Who it is, how far it is, how long it has been, and how good the own network is. */
function Plate({ view }: { readonly view: View }) {
  const { title, since, me, kind, seats } = view;
  const say = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  // No control: so the keys work, Space among them.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <header className="plate">
      <h1 id="call-who" ref={heading} tabIndex={-1} dir="auto" data-testid="call-who">
        {title}
      </h1>
      <p>
        <span role="status" data-testid="call-state" className={since === null ? "" : "unseen"}>
          {stateOf(view, say)}
        </span>
        {since !== null && <Timer since={since} />}
        {kind === "room" && since !== null && <span data-testid="room-count">{say("roomCount", { count: people(seats).length })}</span>}
        {me.screen !== null && <span data-testid="sharing-now">{say("youShare")}</span>}
        {me.network !== null && <NetworkMark level={me.network} who={null} />}
      </p>
    </header>
  );
}

function stateOf({ phase, kind }: View, say: ReturnType<typeof useText>): string {
  if (phase === "live") return say("live");
  if (kind === "room") return say("joiningRoom");
  return { calling: say("calling"), ringing: say("ringing"), connecting: say("connectingCall") }[phase];
}

function Timer({ since }: { readonly since: number }) {
  const now = useNow(true);
  const seconds = Math.max(0, Math.floor((now - since) / 1_000));
  return (
    <time role="timer" aria-live="off" dateTime={`PT${seconds}S`} data-testid="timer">
      {clock(seconds)}
    </time>
  );
}

/** The other side rings: that is heard. */
function useRinging({ phase, ended }: View): void {
  const isRinging = phase === "ringing" && ended === null;
  useEffect(() => (isRinging ? ring("waiting") : undefined), [isRinging]);
}

/** Other devices chosen in mid-call are taken at once; those it began with are there already. */
function useChosen(conversation: Conversation, { microphone, camera }: DeviceChoice): void {
  const inUse = useRef({ microphone, camera });
  useEffect(() => {
    if (inUse.current.microphone !== microphone) conversation.chooseMicrophone(microphone);
    if (inUse.current.camera !== camera) conversation.chooseCamera(camera);
    inUse.current = { microphone, camera };
  }, [conversation, microphone, camera]);
}

function useEnd({ ended, title, kind }: View, onEnded: (end: Ended) => void): void {
  const tell = useRef(onEnded);
  tell.current = onEnded;
  useEffect(() => {
    if (ended !== null) tell.current({ who: title, room: kind === "room", ...ended });
  }, [ended, title, kind]);
}
