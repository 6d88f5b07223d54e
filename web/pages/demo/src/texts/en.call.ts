/** Every sentence of the page during a call. */

export const call = {
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
  remoteMuted: "{who} is muted",
  trouble: "That did not work. Please try again.",
} as const;
