"""A front desk: answers who calls, and brings them together with an agent.

    RINGWAY_KEY=… AGENT=dana python3 front_desk.py

Needs nothing but Python.  Who calls the configuration `front-desk` is answered and
connected to the agent; when either has hung up, the other's call ends as well.
"""

import json
import os
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

URL = os.environ.get("RINGWAY_URL", "http://127.0.0.1:8080")
KEY, AGENT = os.environ["RINGWAY_KEY"], os.environ["AGENT"]
PORT = int(os.environ.get("PORT", "8090"))
DESK = "front-desk"


def ask(method, path, body=None):
    request = urllib.request.Request(
        URL + path,
        json.dumps(body or {}).encode(),
        {"Authorization": f"App {KEY}", "Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def direction(event):
    return event["properties"]["call"]["direction"]


def heard(event):
    call = event.get("callId")
    match event["type"]:
        case "CALL_RECEIVED":
            ask("POST", f"/calls/1/calls/{call}/answer")
        case "CALL_ESTABLISHED" if direction(event) == "INBOUND":
            agent = {"endpoint": {"type": "WEBRTC", "identity": AGENT}, "from": DESK}
            ask("POST", f"/calls/1/calls/{call}/connect", {"callRequest": agent})
        case "PARTICIPANT_REMOVED" | "PARTICIPANT_JOIN_FAILED":
            ask("POST", f"/calls/1/conferences/{event['conferenceId']}/hangup")


class Webhook(BaseHTTPRequestHandler):
    def do_POST(self):
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()
        heard(event)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", PORT), Webhook).serve_forever()
