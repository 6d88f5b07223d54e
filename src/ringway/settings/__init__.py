"""What is in force, and where it comes from: options, variables, a file, defaults."""

from ringway.settings.addresses import (
    Advertised,
    address_for_others,
    addresses_of_this_machine,
    advertised_addresses,
)
from ringway.settings.layers import InForce, Layers, Source, gather
from ringway.settings.values import (
    BadSetting,
    CertificateFiles,
    Listen,
    Settings,
    listen_of,
    settings_from,
)
from ringway.settings.written import unknown_variables

__all__ = [
    "Advertised",
    "BadSetting",
    "CertificateFiles",
    "InForce",
    "Layers",
    "Listen",
    "Settings",
    "Source",
    "address_for_others",
    "addresses_of_this_machine",
    "advertised_addresses",
    "gather",
    "listen_of",
    "settings_from",
    "unknown_variables",
]
