// A front desk: answers who calls, and brings them together with an agent.
//
//     RINGWAY_KEY=… AGENT=dana node front_desk.mjs
//
// Needs nothing but Node. Who calls the configuration `front-desk` is answered and
// connected to the agent; when either is gone, the other's call ends as well.
import { createServer } from "node:http";

const { RINGWAY_KEY, AGENT, RINGWAY_URL = "http://127.0.0.1:8080", PORT = 8090 } = process.env;

async function ask(path, body = {}) {
  const answer = await fetch(`${RINGWAY_URL}/calls/1${path}`, {
    method: "POST",
    headers: { Authorization: `App ${RINGWAY_KEY}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) console.error(path, answer.status, await answer.text());
}

async function heard({ type, callId, conferenceId, properties }) {
  switch (type) {
    case "CALL_RECEIVED":
      return ask(`/calls/${callId}/answer`);
    case "CALL_ESTABLISHED":
      if (properties.call.direction !== "INBOUND") return;
      return ask(`/calls/${callId}/connect`, {
        callRequest: { endpoint: { type: "WEBRTC", identity: AGENT } },
      });
    case "PARTICIPANT_REMOVED":
    case "PARTICIPANT_JOIN_FAILED":
      return ask(`/conferences/${conferenceId}/hangup`);
  }
}

const server = createServer(async (request, response) => {
  const parts = await request.toArray();
  response.end();
  await heard(JSON.parse(Buffer.concat(parts).toString()));
});
server.listen(Number(PORT), "127.0.0.1", () => {
  console.log(`Events are awaited at http://127.0.0.1:${server.address().port}/`);
});
