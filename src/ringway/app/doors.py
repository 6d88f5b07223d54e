"""The operations of the public APIs, each with what handles it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ringway.app.ports import Ports
from ringway.programs.bulks import Bulks
from ringway.public.operations import OPERATIONS
from ringway.public.operations.provisioning import PROVISIONING
from ringway.public.operations.webrtc import WEBRTC, WEBRTC_RECORDINGS
from ringway.rest.admission import Admission
from ringway.rest.calls.actions import action_handlers
from ringway.rest.calls.bulks import bulk_handlers
from ringway.rest.calls.calls import call_handlers
from ringway.rest.calls.conferences import conference_handlers
from ringway.rest.calls.configurations import configuration_handlers
from ringway.rest.calls.dialogs import dialog_handlers
from ringway.rest.calls.door import Door, Handler
from ringway.rest.calls.files import FileStore, file_handlers
from ringway.rest.calls.media_streams import media_stream_handlers
from ringway.rest.calls.participants import participant_handlers
from ringway.rest.calls.recordings import recording_handlers
from ringway.rest.calls.records import Records
from ringway.rest.calls.service_addresses import service_address_handlers
from ringway.rest.calls.transfers import transfer_handlers
from ringway.rest.calls.trunks import trunk_handlers
from ringway.rest.flat_errors import flat
from ringway.rest.provisioning import provisioning_handlers
from ringway.rest.recognition import Keys
from ringway.rest.replies import Replies
from ringway.rest.webrtc.captures import capture_handlers
from ringway.rest.webrtc.push import push_handlers
from ringway.rest.webrtc.recordings import webrtc_recording_handlers
from ringway.runtime.application import Desk
from ringway.runtime.meetings import Meetings
from ringway.runtime.reading import Reading


@dataclass(frozen=True, slots=True)
class Desks:
    """Where applications' calls and meetings are asked for, and read."""

    calls: Desk
    meetings: Meetings
    reading: Reading
    bulks: Bulks


def doors_of(
    ports: Ports, desks: Desks, keys: Keys, admission: Admission
) -> Sequence[Door]:
    """Make the doors, each with the handlers that there are."""
    shelves, clock = ports.shelves, ports.clock
    records = Records(desks.reading)
    calls = {
        **_calls(ports, desks.calls, desks.meetings, records),
        **bulk_handlers(desks.bulks, shelves, clock),
        **_kept(ports),
    }
    webrtc = {
        **push_handlers(shelves, ports.seal, ports.keys, clock),
        **capture_handlers(shelves, ports.blobs),
    }
    recordings = webrtc_recording_handlers()
    return [
        Door(OPERATIONS, calls, keys, admission, replies=Replies(shelves, clock)),
        Door(WEBRTC, webrtc, keys, admission),
        Door(WEBRTC_RECORDINGS, recordings, keys, admission, refuse=flat),
        Door(PROVISIONING, provisioning_handlers(shelves, clock), keys, admission),
    ]


def _calls(
    ports: Ports, desk: Desk, meetings: Meetings, records: Records
) -> Mapping[str, Handler]:
    """Give what is done with calls, dialogs and conferences."""
    shelves = ports.shelves
    return {
        **call_handlers(desk, records, shelves),
        **action_handlers(desk),
        **transfer_handlers(desk, shelves),
        **dialog_handlers(desk, meetings, records),
        **conference_handlers(meetings, records, shelves),
        **participant_handlers(desk, meetings, records),
    }


def _kept(ports: Ports) -> Mapping[str, Handler]:
    """Give what is done with what a customer keeps beside calls."""
    shelves, clock = ports.shelves, ports.clock
    return {
        **configuration_handlers(shelves, clock),
        **media_stream_handlers(shelves, ports.seal, clock),
        **file_handlers(FileStore(shelves, ports.blobs, ports.judge, clock)),
        **recording_handlers(),
        **trunk_handlers(shelves, ports.seal, clock),
        **service_address_handlers(shelves, clock),
    }
