// One end of a call from browser to browser, as a page would make it without a server: what the browser does by itself.
"use strict";

const here = new RTCPeerConnection();

const gathered = () =>
  new Promise((done) => {
    const look = () => here.iceGatheringState === "complete" && done(here.localDescription.sdp);
    here.addEventListener("icegatheringstatechange", look);
    look();
  });

async function open() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } });
  for (const track of stream.getTracks()) here.addTrack(track, stream);
  // What is not played is not decoded in full.
  const video = Object.assign(document.createElement("video"), { autoplay: true, playsInline: true });
  here.addEventListener("track", ({ streams }) => (video.srcObject = streams[0]));
  document.body.append(video);
}

async function propose() {
  await open();
  await here.setLocalDescription();
  return gathered();
}

async function answer(sdp) {
  await open();
  await here.setRemoteDescription({ type: "offer", sdp });
  await here.setLocalDescription();
  return gathered();
}

const agree = (sdp) => here.setRemoteDescription({ type: "answer", sdp });

/** All statistics, as a list. */
const statistics = async () => [...(await here.getStats()).values()];
