"""Calls somebody back into the same conference as soon as their line drops.

    RINGWAY_KEY=… python3 redial.py front-desk

Needs nothing but Python; it listens to the event stream, so it needs no address of
its own.  The call that dropped is hung up; its person's page may be another by now.
"""

import json
import os
import sys
import urllib.request

URL = os.environ.get("RINGWAY_URL", "http://127.0.0.1:8080")
SHOWN = {"Authorization": f"App {os.environ['RINGWAY_KEY']}"}


def ask(path, body=None):
    headers = SHOWN | {"Content-Type": "application/json"}
    text = json.dumps(body or {}).encode()
    request = urllib.request.Request(f"{URL}/calls/1{path}", text, headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def heard(event):
    if event["type"] == "CALL_DISCONNECTED":
        call = event["properties"]["call"]
        if "conferenceId" in call:
            again = {"callRequest": {"endpoint": call["endpoint"]}}
            ask(f"/conferences/{call['conferenceId']}/call", again)
            ask(f"/calls/{call['id']}/hangup")


if __name__ == "__main__":
    stream = f"{URL}/events/1/stream?callsConfigurationId={sys.argv[1]}"
    with urllib.request.urlopen(urllib.request.Request(stream, headers=SHOWN)) as lines:
        print("Listening.", flush=True)
        for line in lines:
            if line.startswith(b"data:"):
                heard(json.loads(line[5:]))
