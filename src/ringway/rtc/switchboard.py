"""Who is connected: the port `Lines` over the open sockets."""

from __future__ import annotations

from collections.abc import Sequence

from ringway.domain.values import AccountId, Device, DeviceId
from ringway.ports.lines import Said
from ringway.rtc.limits import MOST_CONNECTIONS, MOST_PER_IDENTITY
from ringway.rtc.outbox import Outbox
from ringway.rtc.speech import message


class Switchboard:
    """Finds the outbox of a device, and the devices of a person."""

    def __init__(self) -> None:
        self._outboxes: dict[DeviceId, Outbox] = {}
        self._people: dict[tuple[AccountId, str], dict[DeviceId, Device]] = {}

    def plug(self, device: Device, outbox: Outbox) -> bool:
        """Connect a device; False when there are too many already."""
        person = (device.account, device.identity)
        devices = self._people.get(person, {})
        if len(self._outboxes) >= MOST_CONNECTIONS or len(devices) >= MOST_PER_IDENTITY:
            return False
        self._people.setdefault(person, devices)[device.id] = device
        self._outboxes[device.id] = outbox
        return True

    def unplug(self, device: Device) -> None:
        """Forget a device; harmless when it was never connected."""
        self._outboxes.pop(device.id, None)
        person = (device.account, device.identity)
        devices = self._people.get(person, {})
        devices.pop(device.id, None)
        if not devices:
            self._people.pop(person, None)

    def say(self, device: DeviceId, said: Said) -> None:
        """Queue something for the device without waiting; nothing if it is gone."""
        if (outbox := self._outboxes.get(device)) is not None:
            outbox.put(message(said))

    def devices_of(self, account: AccountId, identity: str) -> Sequence[Device]:
        """Give the person's connected devices, the oldest first."""
        return tuple(self._people.get((account, identity), {}).values())

    def is_connected(self, device: DeviceId) -> bool:
        """Say whether the device's socket is open."""
        return device in self._outboxes
