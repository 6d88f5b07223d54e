/** A call on the screen: from the first ring to the end. */

import {
  CallsApiEvent,
  CallStatus,
  type ErrorCode,
  type IncomingWebrtcCall,
  NetworkQuality,
  type WebrtcCall,
  WebrtcCallOptions,
} from "ringway-rtc";
import { on, part, play, show, toggle } from "./dom.js";
import { clock, initials } from "./names.js";
import { quiet, ring } from "./ring.js";
import { texts, trouble } from "./texts.js";

/** How long the controls stay without movement while there is a picture, in ms. */
const CONTROLS_STAY = 4_000;

export interface Ended {
  readonly who: string;
  readonly errorCode: ErrorCode;
  /** Seconds; null if nobody talked. */
  readonly duration: number | null;
}

interface Shown {
  readonly call: WebrtcCall;
  readonly who: string;
}

let shown: Shown | undefined;
let timer: ReturnType<typeof setInterval> | undefined;
let blinking: ReturnType<typeof setInterval> | undefined;
let hiding: ReturnType<typeof setTimeout> | undefined;

/** What a call of the demo is like. */
export function options(video: boolean): WebrtcCallOptions {
  return WebrtcCallOptions.builder().setVideo(video).build();
}

/** Show a call that was just made. */
export function showOutgoing(call: WebrtcCall, who: string, onEnd: (ended: Ended) => void): void {
  follow(call, who, onEnd);
  open();
  part("call-state").textContent = texts.calling;
}

/** Show a call that came. */
export function showIncoming(call: IncomingWebrtcCall, onEnd: (ended: Ended) => void): void {
  const video = call.hasRemoteCameraVideo();
  const who = call.counterpart().displayIdentifier ?? call.counterpart().identifier;
  follow(call, who, onEnd);
  part("incoming-who").textContent = who;
  part("incoming-face").textContent = initials(who);
  part("incoming-how").textContent = video ? texts.incomingVideo : texts.incomingAudio;
  part("silence").setAttribute("aria-pressed", "false");
  part("silence").textContent = texts.silence;
  ring("called");
  blink(texts.incomingTitle(who));
  show("incoming", video ? "accept-video" : "accept-audio");
}

/** Attach the controls, once. */
export function startCallView(): void {
  on("accept-audio", "click", () => accept(false));
  on("accept-video", "click", () => accept(true));
  on("decline", "click", () => {
    hush();
    (shown?.call as IncomingWebrtcCall | undefined)?.decline();
  });
  on("silence", "click", () => {
    quiet();
    part("silence").setAttribute("aria-pressed", "true");
    part("silence").textContent = texts.silenced;
  });
  on("mute", "click", () => change((call) => call.mute(!call.muted())));
  on("camera", "click", () => change((call) => call.cameraVideo(!call.hasCameraVideo())));
  on("share", "click", () => change((call) => call.screenShare(!call.hasScreenShare())));
  on("hangup", "click", () => shown?.call.hangup());
  part("share").hidden = typeof navigator.mediaDevices?.getDisplayMedia !== "function";
  document.addEventListener("keydown", key);
  for (const type of ["pointermove", "pointerdown", "keydown"]) document.addEventListener(type, stir);
}

function accept(video: boolean): void {
  if (shown === undefined) return;
  hush();
  (shown.call as IncomingWebrtcCall).accept(options(video));
  open();
  part("call-state").textContent = texts.connectingCall;
}

function open(): void {
  if (shown === undefined) return;
  const { call, who } = shown;
  part("call-who").textContent = who;
  part("call-face").textContent = initials(who);
  part("notice").textContent = "";
  for (const each of ["timer", "remote-muted", "network"]) part(each).hidden = true;
  picture("remote-video", null);
  picture("local-video", null);
  buttons(call);
  show("call", "mute");
  stir();
}

function follow(call: WebrtcCall, who: string, onEnd: (ended: Ended) => void): void {
  shown = { call, who };
  call.on(CallsApiEvent.RINGING, () => {
    part("call-state").textContent = texts.ringing;
    ring("waiting");
  });
  call.on(CallsApiEvent.ESTABLISHED, ({ stream }) => {
    hush();
    play(part<HTMLAudioElement>("remote-audio"), stream);
    part("call-state").textContent = texts.live;
    timer = setInterval(tick, 1_000);
    tick();
    buttons(call);
  });
  call.on(CallsApiEvent.CAMERA_VIDEO_ADDED, ({ stream }) => mine(call, stream));
  call.on(CallsApiEvent.CAMERA_VIDEO_UPDATED, ({ stream }) => mine(call, stream));
  call.on(CallsApiEvent.CAMERA_VIDEO_REMOVED, () => mine(call, null));
  call.on(CallsApiEvent.SCREEN_SHARE_ADDED, () => buttons(call));
  call.on(CallsApiEvent.SCREEN_SHARE_REMOVED, () => buttons(call));
  const theirs: { camera: MediaStream | null; screen: MediaStream | null } = { camera: null, screen: null };
  const look = (change: Partial<typeof theirs>): void => {
    Object.assign(theirs, change);
    picture("remote-video", theirs.screen ?? theirs.camera);
    part("remote-video").classList.toggle("whole", theirs.screen !== null);
  };
  call.on(CallsApiEvent.REMOTE_CAMERA_VIDEO_ADDED, ({ stream }) => look({ camera: stream }));
  call.on(CallsApiEvent.REMOTE_CAMERA_VIDEO_REMOVED, () => look({ camera: null }));
  call.on(CallsApiEvent.REMOTE_SCREEN_SHARE_ADDED, ({ stream }) => look({ screen: stream }));
  call.on(CallsApiEvent.REMOTE_SCREEN_SHARE_REMOVED, () => look({ screen: null }));
  call.on(CallsApiEvent.REMOTE_MUTED, () => theyMuted(who, true));
  call.on(CallsApiEvent.REMOTE_UNMUTED, () => theyMuted(who, false));
  call.on(CallsApiEvent.NETWORK_QUALITY_CHANGED, ({ networkQuality }) => {
    part("network").hidden = networkQuality > NetworkQuality.FAIR;
    part("network").textContent = networkQuality > NetworkQuality.FAIR ? "" : texts.weak;
  });
  call.on(CallsApiEvent.ERROR, ({ errorCode }) => {
    part("notice").textContent = trouble(errorCode.name);
    buttons(call);
  });
  call.on(CallsApiEvent.HANGUP, ({ errorCode }) => {
    end();
    onEnd({ who, errorCode, duration: call.establishTime() === undefined ? null : call.duration() });
  });
}

function end(): void {
  hush();
  clearInterval(timer);
  shown = undefined;
  play(part<HTMLAudioElement>("remote-audio"), null);
  picture("remote-video", null);
  picture("local-video", null);
}

function tick(): void {
  const seconds = shown?.call.duration() ?? 0;
  part("timer").textContent = clock(seconds);
  part("timer").setAttribute("datetime", `PT${seconds}S`);
  part("timer").hidden = false;
}

function mine(call: WebrtcCall, stream: MediaStream | null): void {
  picture("local-video", stream);
  buttons(call);
}

function theyMuted(who: string, muted: boolean): void {
  part("remote-muted").hidden = !muted;
  part("remote-muted-text").textContent = texts.remoteMuted(who);
}

function picture(which: "remote-video" | "local-video", stream: MediaStream | null): void {
  play(part<HTMLVideoElement>(which), stream);
  if (which === "remote-video") {
    part("voice").hidden = stream !== null;
    part("call-screen").classList.toggle("pictured", stream !== null);
  }
}

function buttons(call: WebrtcCall): void {
  const muted = call.muted();
  const camera = call.hasCameraVideo();
  const screen = call.hasScreenShare();
  const talking = call.status() === CallStatus.ESTABLISHED;
  toggle("mute", { on: muted, icon: muted ? "micOff" : "mic", text: muted ? texts.unmute : texts.mute });
  toggle("camera", { on: !camera, icon: camera ? "video" : "videoOff", text: camera ? texts.cameraOff : texts.cameraOn });
  toggle("share", { on: screen, icon: screen ? "shareOff" : "share", text: screen ? texts.shareOff : texts.shareOn });
  for (const each of ["camera", "share"]) part<HTMLButtonElement>(each).disabled = !talking;
}

/** The SDK tells of failures by ERROR; here the promise only says that the buttons may have changed. */
function change(act: (call: WebrtcCall) => Promise<void>): void {
  if (shown === undefined) return;
  const { call } = shown;
  part("notice").textContent = "";
  const done = act(call);
  buttons(call);
  void done.catch(() => undefined).finally(() => buttons(call));
}

function key(event: KeyboardEvent): void {
  if (part("call-screen").hidden || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const control = { m: "mute", v: "camera", s: "share" }[event.key.toLowerCase()];
  if (control === undefined) return;
  const button = part<HTMLButtonElement>(control);
  if (!button.hidden) button.click();
}

/** Controls go away from a picture after a while, and come back with any movement. */
function stir(): void {
  const screen = part("call-screen");
  screen.classList.remove("still");
  clearTimeout(hiding);
  hiding = setTimeout(() => screen.classList.add("still"), CONTROLS_STAY);
}

function hush(): void {
  quiet();
  clearInterval(blinking);
  document.title = texts.title;
}

function blink(title: string): void {
  clearInterval(blinking);
  document.title = title;
  blinking = setInterval(() => {
    document.title = document.title === title ? texts.title : title;
  }, 1_000);
}
