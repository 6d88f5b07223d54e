// Sends this page's media through a relay: other ports take the place of the server's in what it describes.
"use strict";

/** Which local port stands for which of the server's; empty means that media goes straight. */
const detours = new Map();

/** `a=candidate:FOUNDATION COMPONENT TRANSPORT PRIORITY ADDRESS PORT typ …` (RFC 8839 §5.1) */
const CANDIDATE = /^(a=candidate:\S+ \d+ \S+ \d+) (\S+) (\d+) /gm;

const detoured = (sdp) =>
  sdp.replace(CANDIDATE, (whole, before, address, port) => (detours.has(Number(port)) ? `${before} 127.0.0.1 ${detours.get(Number(port))} ` : whole));

const straight = RTCPeerConnection.prototype.setRemoteDescription;
RTCPeerConnection.prototype.setRemoteDescription = function setRemoteDescription({ type, sdp }) {
  return straight.call(this, { type, sdp: sdp && detoured(sdp) });
};
