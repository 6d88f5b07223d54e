// A pipe of the SDK, and in place of the house a PeerConnection that can do what the house does: offer with new ICE credentials.
const { Pipe } = await import("{{SDK}}".replace("ringway-rtc.js", "media/pipe.js"));

const until = async (test, what) => {
  for (const end = performance.now() + 15000; performance.now() < end; await new Promise((go) => setTimeout(go, 20))) if (await test()) return;
  throw new Error(`${what} did not happen`);
};

const userName = (sdp) => /^a=ice-ufrag:(\S+)/m.exec(sdp)[1];
const fingerprint = (sdp) => /^a=fingerprint:\S+ (\S+)/m.exec(sdp)[1];

async function describe(connection, description) {
  await connection.setLocalDescription(description);
  await until(() => connection.iceGatheringState === "complete", "gathering");
  return connection.localDescription.sdp;
}

/** Packets of sound that have come. */
const received = async (connection) =>
  [...(await connection.getStats()).values()].find(({ type, kind }) => type === "inbound-rtp" && kind === "audio")?.packetsReceived ?? 0;

/** Has this side a path whose checks, made with these credentials of its own, have succeeded? Firefox does not tell. */
async function checked(connection, name) {
  const rows = [...(await connection.getStats()).values()];
  const ours = new Map(rows.filter(({ type }) => type === "local-candidate").map(({ id, usernameFragment }) => [id, usernameFragment]));
  const paths = rows.filter(({ type, state }) => type === "candidate-pair" && state === "succeeded").map(({ localCandidateId }) => ours.get(localCandidateId));
  return paths.includes(name) || !rows.some(({ selectedCandidatePairId }) => selectedCandidatePairId);
}

/** Begin ICE anew under sound that flows; tells what was seen of it. */
window.restart = async () => {
  const [track] = (await navigator.mediaDevices.getUserMedia({ audio: true })).getTracks();
  const sent = { tracks: new Map([["MICROPHONE", track]]), limits: {} };
  const paths = [];
  const pipe = new Pipe(sent, undefined, (path) => paths.push(path));
  const house = new RTCPeerConnection();
  const { offer } = await pipe.propose({ own: "sendrecv", voices: 1, pictures: 0 }, 2000);
  await house.setRemoteDescription({ type: "offer", sdp: offer });
  house.addTrack(track);
  const first = await describe(house, await house.createAnswer());
  await pipe.answer({ generation: 1, answer: first, sections: [] });
  await until(() => paths.at(-1) === "UP", "a path");
  await until(async () => (await received(house)) > 10 && (await received(pipe.connection)) > 10, "sound both ways");

  const again = await describe(house, await house.createOffer({ iceRestart: true }));
  const agreed = await pipe.offer({ generation: 1, negotiation: 1, offer: again, sections: [] });
  const same = await pipe.offer({ generation: 1, negotiation: 1, offer: again, sections: [] });
  const { answer } = agreed.answer;
  await house.setRemoteDescription({ type: "answer", sdp: answer });
  const counts = [await received(house), await received(pipe.connection)];
  await until(async () => (await received(house)) > counts[0] + 50 && (await received(pipe.connection)) > counts[1] + 50, "sound again");
  const ours = userName(answer);
  // Which of two working paths a full agent then uses is its own affair; the engine forgets the old one.
  await until(() => checked(house, userName(again)), "a path with the new credentials");

  const third = await describe(house, await house.createOffer());
  const ordinary = await pipe.offer({ generation: 1, negotiation: 2, offer: third, sections: [] });
  const out = {
    restarted: agreed.restarted,
    anew: userName(again) !== userName(first) && ours !== userName(offer),
    sameKey: fingerprint(answer) === fingerprint(offer),
    sameWords: same.answer.answer === answer && !same.restarted,
    ordinary: ordinary.restarted,
    kept: userName(ordinary.answer.answer) === ours,
    state: pipe.connection.connectionState,
    down: paths.includes("DOWN"),
  };
  pipe.close();
  house.close();
  return out;
};
