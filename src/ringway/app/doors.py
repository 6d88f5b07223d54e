"""The operations of the public APIs, each with what handles it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ringway.app.ports import Ports
from ringway.public.operations import OPERATIONS
from ringway.rest.admission import Admission
from ringway.rest.calls.configurations import configuration_handlers
from ringway.rest.calls.door import Door, Handler
from ringway.rest.calls.files import FileStore, file_handlers
from ringway.rest.calls.media_streams import media_stream_handlers
from ringway.rest.calls.recordings import recording_handlers
from ringway.rest.calls.service_addresses import service_address_handlers
from ringway.rest.calls.trunks import trunk_handlers
from ringway.rest.recognition import Keys


def doors_of(ports: Ports, keys: Keys, admission: Admission) -> Sequence[Door]:
    """Make the doors, each with the handlers that there are."""
    return [Door(OPERATIONS, _calls(ports), keys, admission)]


def _calls(ports: Ports) -> Mapping[str, Handler]:
    shelves, clock = ports.shelves, ports.clock
    return {
        **configuration_handlers(shelves, clock),
        **media_stream_handlers(shelves, ports.seal, clock),
        **file_handlers(FileStore(shelves, ports.blobs, ports.judge, clock)),
        **recording_handlers(),
        **trunk_handlers(shelves, ports.seal, clock),
        **service_address_handlers(shelves, clock),
    }
