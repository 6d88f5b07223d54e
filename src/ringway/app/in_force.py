"""`ringway config`: the settings as `serve` would use them."""

from __future__ import annotations

from dataclasses import dataclass

from ringway.app.built import BUILT, PROGRAM
from ringway.settings import Layers, Source, advertised_addresses
from ringway.settings.declared import BY_NAME, Value


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting; no setting is a secret."""

    name: str
    value: str | int | bool | list[str] | None
    """As JSON has it; None: not given, and nothing takes its place."""
    source: Source
    where: str

    @property
    def text(self) -> str:
        """The value for a person."""
        match self.value:
            case bool():
                return "true" if self.value else "false"
            case list():
                return " ".join(self.value) or BY_NAME[self.name].otherwise
            case None:
                return "none"
            case _:
                return str(self.value)


def in_force(layers: Layers) -> tuple[Shown, ...]:
    """Give every setting, also those that follow from others.  Or `BadSetting`."""
    settings = layers.settings()
    follows: dict[str, Value] = {
        "data": settings.data,
        "http": str(settings.http),
        "https": str(settings.https),
        "media": str(settings.media),
        "advertise": tuple(it.address for it in advertised_addresses(settings)),
        "public_url": settings.public_url,
        "demo": settings.demo,
        "trusted_proxy": tuple(map(str, settings.trusted_proxies)),
        "egress_allow": tuple(map(str, settings.egress_allow)),
        "origin": settings.origins,
        "engine": settings.engine or BUILT / PROGRAM,
    }
    return tuple(
        Shown(name, _plain(follows.get(name, it.value)), it.source, it.where)
        for name, it in layers.values.items()
    )


def _plain(value: Value) -> str | int | bool | list[str] | None:
    match value:
        case None | bool() | int() | str():
            return value
        case tuple():
            return list(value)
        case _:
            return str(value.absolute())
