/** Every sentence of the page. */

export const texts = {
  title: "Ringway demo",
  leave: "Change name",
  theme: "Light, dark, or as the system",
  connectAgain: "Connect again",
  connecting: "Connecting",
  online: "Connected",
  offline: "Not connected",
  reconnecting: "The connection is lost. Trying again …",
  disconnected: (reason: string) => `You are not connected. ${reason}`,

  nameTitle: "What is your name?",
  nameHint: "Others on this server call you by it.",
  nameLabel: "Your name",
  enter: "Go on",
  nameMissing: "Please write a name of at least 3 letters or digits.",
  nameTaken: "Somebody else has this name. Please choose another one.",
  demoOff: "The demo is switched off on this server.",
  tooMany: "Too many tries. Please wait a moment.",
  unreachable: "The server can not be reached. Please try again.",
  refused: (text: string) => `The server says: ${text}`,

  you: "You",
  homeTitle: "Call somebody",
  whomLabel: "Name",
  callAudio: "Audio call",
  callVideo: "Video call",
  homeHint: "Nobody here yet? Open this page in another tab under another name, and call it from here.",
  anotherTab: "Open another tab",
  whomMissing: "Please write whom you want to call: at least 3 letters or digits.",
  notNow: "This can not be done now.",

  incomingAudio: "calls you",
  incomingVideo: "calls you with video",
  incomingTitle: (who: string) => `${who} calls`,
  acceptAudio: "Accept with audio",
  acceptVideo: "Accept with video",
  decline: "Decline",
  silence: "Silence",
  silenced: "Silent",

  calling: "Calling …",
  ringing: "Ringing …",
  connectingCall: "Connecting …",
  live: "Connected",
  controls: "Controls of the call",
  mute: "Mute (M)",
  unmute: "Unmute (M)",
  cameraOn: "Camera on (V)",
  cameraOff: "Camera off (V)",
  shareOn: "Share the screen (S)",
  shareOff: "Stop sharing (S)",
  hangup: "Hang up",
  remoteMuted: (who: string) => `${who} is muted`,
  weak: "Your connection is weak: sound may break up.",

  endedTitle: (who: string) => `Call with ${who}`,
  lasted: (duration: string) => `It lasted ${duration}.`,
  callAgain: "Call again",
  close: "Close",
  details: "Details",
  copy: "Copy",
  copied: "Copied",
} as const;

/** Why a call has ended, in words; `who` is the other side. */
export function reason(code: string, who: string): string {
  switch (code) {
    case "NORMAL_HANGUP":
      return "The call was hung up.";
    case "ANSWERED_ELSEWHERE":
      return "You have answered it in another tab or on another device.";
    case "DEVICE_FORBIDDEN":
      return "This page may not use your microphone or camera. Allow it beside the address, then call again.";
    case "DEVICE_NOT_FOUND":
      return "There is no microphone or camera. Connect one, then call again.";
    case "DEVICE_UNAVAILABLE":
      return "Your microphone or camera is being used by another program. Close that, then call again.";
    case "MEDIA_ERROR":
      return "Sound or picture could not be carried between you.";
    case "NO_ANSWER":
      return "Nobody answered.";
    case "BUSY":
      return `${who} is in another call.`;
    case "CANCELLED":
      return "The call was given up before it was answered.";
    case "REJECTED":
      return "The call was declined.";
    case "DESTINATION_NOT_FOUND":
      return `Nobody called ${who} has been here.`;
    case "DESTINATION_UNAVAILABLE":
      return `${who} is not connected now.`;
    case "NETWORK_ERROR":
      return "The connection was lost.";
    case "SERVICE_UNAVAILABLE":
      return "The server can not do this now. Please try again.";
    default:
      return "The call has ended.";
  }
}

/** What went wrong with a device in a call. */
export function trouble(code: string): string {
  switch (code) {
    case "DEVICE_FORBIDDEN":
      return "This page may not use that. Allow it beside the address.";
    case "DEVICE_NOT_FOUND":
      return "There is no such device. Connect one and try again.";
    case "DEVICE_UNAVAILABLE":
      return "The device is gone, or used by another program.";
    default:
      return "That did not work. Please try again.";
  }
}
