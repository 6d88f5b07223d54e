"""Who drops out of a conference is dialled again, into the same conference.

    RINGWAY_KEY=… CONFIGURATION=shop python3 dial_again.py

Needs nothing but Python, and no URL of its own: it reads the stream of events.
"""

import json
import os
import urllib.request

URL = os.environ.get("RINGWAY_URL", "http://127.0.0.1:8080")
KEY, SHOP = os.environ["RINGWAY_KEY"], os.environ["CONFIGURATION"]
SHOWN = {"Authorization": f"App {KEY}", "Content-Type": "application/json"}


def post(path, body=None):
    data = json.dumps(body or {}).encode()
    request = urllib.request.Request(f"{URL}/calls/1{path}", data, SHOWN)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def heard(event, dropped):
    """`dropped` has the call that was lost, by the call that takes its place."""
    match event["type"], event.get("properties", {}).get("call", {}):
        case "CALL_DISCONNECTED", {"conferenceId": conference} as call:
            again = {"endpoint": call["endpoint"], "from": SHOP}
            made = post(f"/conferences/{conference}/call", {"callRequest": again})
            dropped[made["call"]["id"]] = call["id"]
        case "CALL_ESTABLISHED", {"id": new} if new in dropped:
            post(f"/calls/{dropped.pop(new)}/hangup")


if __name__ == "__main__":
    stream = f"{URL}/events/1/stream?callsConfigurationId={SHOP}"
    dropped = {}
    with urllib.request.urlopen(urllib.request.Request(stream, headers=SHOWN)) as lines:
        print("listening", flush=True)
        for line in lines:
            if line.startswith(b"data:"):
                heard(json.loads(line.removeprefix(b"data:")), dropped)
