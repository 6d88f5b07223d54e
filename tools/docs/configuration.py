"""The settings in `docs/configuration.md`, from their declaration."""

from __future__ import annotations

from typing import Final

from ringway.settings.declared import SETTINGS, Kind

HEAD: Final = """\
## Settings

| key in the file | option | variable | default | what |
| --- | --- | --- | --- | --- |
"""

TAIL: Final = """\

## A file with every setting

```toml
"""

EXAMPLES: Final = {
    "data": '"data"',
    "http": '"127.0.0.1:8080"',
    "tls": '"/etc/ringway/certificate.pem,/etc/ringway/key.pem"',
    "https": '"0.0.0.0:8443"',
    "media": '"0.0.0.0:3478"',
    "advertise": '["203.0.113.9", "2001:db8::9"]',
    "public_url": '"https://ringway.example"',
    "demo": "false",
    "trusted_proxy": '["192.0.2.1", "10.0.0.0/8"]',
    "origin": '["https://www.example"]',
    "egress_allow": '["10.20.0.0/16"]',
    "engine": '"/opt/ringway/ringway-media"',
    "shards": "2",
    "grace": "60",
    "rate_limits": "1",
    "history_days": "5",
    "log_format": '"json"',
    "log_level": '"info"',
    "otlp_endpoint": '"http://127.0.0.1:4318"',
}
"""What the file could say; a test reads it as a file."""


def made() -> str:
    """Write what is made."""
    rows = []
    for it in SETTINGS:
        what = it.help
        if it.choices:
            what += f" One of `{'`, `'.join(it.choices)}`."
        option = f"`{it.option}`"
        if it.kind is Kind.FLAG:
            option += f", `--no-{it.option[2:]}`"
        usual = it.otherwise or f"`{it.usual}`"
        rows.append(
            f"| `{it.name}` | {option} | `{it.variable}` | {usual} | {what} |\n"
        )
    return HEAD + "".join(rows) + TAIL + example() + "```\n"


def example() -> str:
    """Write a file that has every setting."""
    return "".join(f"{it.name} = {EXAMPLES[it.name]}\n" for it in SETTINGS)
