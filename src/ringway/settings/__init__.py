"""What is in force, and where it comes from: options, variables, defaults."""

from ringway.settings.addresses import Advertised, advertised_addresses
from ringway.settings.values import BadSetting, Listen, Settings, settings_from

__all__ = [
    "Advertised",
    "BadSetting",
    "Listen",
    "Settings",
    "advertised_addresses",
    "settings_from",
]
