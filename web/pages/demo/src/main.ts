/** The demo: choose a name, call somebody, be called. */

import "@fontsource-variable/inter/index.css";
import "../../../tokens.css";
import "./style.css";

import { createRingwayRtc, type RingwayRTC, RingwayRTCEvent } from "ringway-rtc";
import { type Ended, options, showIncoming, showOutgoing, startCallView } from "./call-view.js";
import { furnish, on, part, show } from "./dom.js";
import { identityOf, spoken } from "./names.js";
import { reason, texts } from "./texts.js";
import { startTheme } from "./theme.js";
import { NoToken, visit } from "./token.js";

interface Attempt {
  readonly whom: string;
  readonly video: boolean;
}

let rtc: RingwayRTC | undefined;
let last: Attempt | undefined;

function askName(error = ""): void {
  part("me").hidden = true;
  part("banner").hidden = true;
  part("name-error").textContent = error;
  show("name", "name");
}

async function enter(name: string): Promise<void> {
  if (identityOf(name) === null) {
    askName(texts.nameMissing);
    return;
  }
  const button = part<HTMLButtonElement>("enter");
  button.disabled = true;
  try {
    const { token, displayName } = await visit(name);
    // The address keeps the name, so that a reload stays and a copy of the tab is the same person.
    const address = new URL(location.href);
    address.searchParams.set("name", displayName);
    history.replaceState(null, "", address);
    connect(token, displayName);
  } catch (error) {
    askName(error instanceof NoToken ? error.message : texts.unreachable);
  } finally {
    button.disabled = false;
  }
}

function connect(token: string, displayName: string): void {
  rtc?.disconnect();
  const client = createRingwayRtc(token);
  rtc = client;
  const now = (act: () => void) => (): void => {
    if (rtc === client) act();
  };
  part("my-name").textContent = displayName;
  part("me").hidden = false;
  state("connecting");
  client.on(RingwayRTCEvent.CONNECTED, now(() => state("online")));
  client.on(RingwayRTCEvent.RECONNECTED, now(() => state("online")));
  client.on(RingwayRTCEvent.RECONNECTING, now(() => state("reconnecting")));
  client.on(RingwayRTCEvent.DISCONNECTED, ({ reason }) => now(() => state("offline", reason))());
  client.on(RingwayRTCEvent.INCOMING_WEBRTC_CALL, ({ incomingCall }) => {
    last = { whom: incomingCall.counterpart().identifier, video: incomingCall.hasRemoteCameraVideo() };
    showIncoming(incomingCall, endedFor(client));
  });
  client.connect();
  home();
}

function state(which: "connecting" | "online" | "reconnecting" | "offline", why = ""): void {
  const words = {
    connecting: texts.connecting,
    online: texts.online,
    reconnecting: texts.reconnecting,
    offline: texts.offline,
  };
  part("dot").dataset["state"] = which;
  part("connection").textContent = words[which];
  part("banner").hidden = which === "connecting" || which === "online";
  part("banner-text").textContent = which === "offline" ? texts.disconnected(why) : words[which];
  part("connect-again").hidden = which !== "offline";
  for (const each of ["call-audio", "call-video"]) part<HTMLButtonElement>(each).disabled = which !== "online";
}

function home(): void {
  part("call-error").textContent = "";
  show("home", "whom");
}

function call({ whom, video }: Attempt): void {
  const identity = identityOf(whom);
  if (identity === null || rtc === undefined) {
    part("call-error").textContent = texts.whomMissing;
    part("whom").focus();
    return;
  }
  last = { whom, video };
  try {
    showOutgoing(rtc.callWebrtc(identity, options(video)), whom, endedFor(rtc));
  } catch {
    home();
    part("call-error").textContent = texts.notNow;
  }
}

/** Whoever has left under a name hears no more of its calls. */
function endedFor(client: RingwayRTC): (ended: Ended) => void {
  return (event) => {
    if (rtc === client) ended(event);
  };
}

function ended({ who, errorCode, duration }: Ended): void {
  part("ended-title").textContent = texts.endedTitle(who);
  part("ended-reason").textContent = reason(errorCode.name, who);
  part("ended-duration").textContent = duration === null ? "" : texts.lasted(spoken(duration, navigator.language));
  part("ended-code").textContent = `${errorCode.id} ${errorCode.name}: ${errorCode.description}`;
  part("copy").textContent = texts.copy;
  show("ended", "ended-title");
}

function start(): void {
  furnish();
  startTheme();
  startCallView();
  const nameField = part<HTMLInputElement>("name");
  const whomField = part<HTMLInputElement>("whom");
  const attempt = (video: boolean): void => call({ whom: whomField.value.trim(), video });
  on("name-form", "submit", () => void enter(nameField.value.trim()));
  on("call-form", "submit", () => attempt(false));
  on("call-video", "click", () => attempt(true));
  on("call-again", "click", () => last && call(last));
  on("close", "click", home);
  on("connect-again", "click", () => void enter(part("my-name").textContent ?? ""));
  on("copy", "click", () => {
    void navigator.clipboard.writeText(part("ended-code").textContent ?? "").then(
      () => (part("copy").textContent = texts.copied),
      () => undefined,
    );
  });
  on("leave", "click", () => {
    rtc?.disconnect();
    rtc = undefined;
    history.replaceState(null, "", location.pathname);
    askName();
  });
  const name = new URL(location.href).searchParams.get("name");
  if (name === null) askName();
  else {
    nameField.value = name;
    void enter(name);
  }
}

start();
