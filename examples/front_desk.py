"""A front desk: answers who calls, and brings them together with an agent.

    RINGWAY_KEY=… AGENT=dana python3 front_desk.py

Needs nothing but Python.  Who calls the configuration `front-desk` is answered and
connected to the agent; when either is gone, the other's call ends as well.
"""

import json
import os
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

URL = os.environ.get("RINGWAY_URL", "http://127.0.0.1:8080")
KEY, AGENT = os.environ["RINGWAY_KEY"], os.environ["AGENT"]
PORT = int(os.environ.get("PORT", "8090"))


def ask(path, body=None):
    request = urllib.request.Request(
        f"{URL}/calls/1{path}",
        json.dumps(body or {}).encode(),
        {"Authorization": f"App {KEY}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def heard(event):
    call, conference = event.get("callId"), event.get("conferenceId")
    match event["type"]:
        case "CALL_RECEIVED":
            ask(f"/calls/{call}/answer")
        case "CALL_ESTABLISHED":
            if event["properties"]["call"]["direction"] == "INBOUND":
                agent = {"endpoint": {"type": "WEBRTC", "identity": AGENT}}
                ask(f"/calls/{call}/connect", {"callRequest": agent})
        case "PARTICIPANT_REMOVED" | "PARTICIPANT_JOIN_FAILED":
            ask(f"/conferences/{conference}/hangup")


class Webhook(BaseHTTPRequestHandler):
    def do_POST(self):
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()
        heard(event)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Webhook)
    print(f"Events are awaited at http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
