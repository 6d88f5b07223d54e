"""What is in force, and where it comes from: options, variables, a file, defaults."""

from ringway.settings.addresses import Advertised, advertised_addresses
from ringway.settings.layers import InForce, Layers, Source, gather
from ringway.settings.values import (
    BadSetting,
    Listen,
    Settings,
    listen_of,
    settings_from,
)
from ringway.settings.written import unknown_variables

__all__ = [
    "Advertised",
    "BadSetting",
    "InForce",
    "Layers",
    "Listen",
    "Settings",
    "Source",
    "advertised_addresses",
    "gather",
    "listen_of",
    "settings_from",
    "unknown_variables",
]
