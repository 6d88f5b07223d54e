"""Microphones and cameras: lists, choices, and what is not there."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Enter
from tests.browser.media import BLUE, RED


async def test_devices_are_listed_and_chosen(enter: Enter) -> None:
    red = await enter(RED)
    for method, kind in [
        ("getAudioInputDevices", "audioinput"),
        ("getVideoInputDevices", "videoinput"),
    ]:
        listed = await red.js(
            f"party.rtc.{method}().then((all) => all.map(({{ deviceId, kind, label }}) => ({{ deviceId, kind, label }})))"
        )
        assert listed
        assert {device["kind"] for device in listed} == {kind}
        assert all(device["deviceId"] and device["label"] for device in listed)
        same = await red.js(
            f"RTCMediaDevice.{method}().then((all) => all.map((device) => device.deviceId))"
        )
        assert same == [device["deviceId"] for device in listed]


async def test_a_camera_that_does_not_exist_ends_the_call(enter: Enter) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    await red.js("party.rtc.setVideoInputDevice('no-such-camera')")
    await red.dial(blue.identity, video=True)
    assert await red.ended() == "DEVICE_NOT_FOUND"
    await red.js("party.rtc.unsetVideoInputDevice('no-such-camera')")
    await red.dial(blue.identity, video=True)
    await blue.incoming()
    await blue.accept()
    await blue.sees(RED)


@pytest.mark.cell("choosing devices", "Chromium")
async def test_a_microphone_is_changed_in_the_call(enter: Enter) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    await red.dial(blue.identity)
    await blue.incoming()
    await blue.accept()
    await blue.hears(RED)
    devices = "party.rtc.getAudioInputDevices()"
    await red.js(
        f"{devices}.then((all) => party.call.setAudioInputDevice(all.at(-1).deviceId))"
    )
    await blue.hears(RED)
    refused = await red.js(
        "party.call.setAudioInputDevice('no-such-microphone').then(() => 'taken', (error) => error.errorCode?.name ?? String(error))"
    )
    assert refused == "DEVICE_NOT_FOUND"
    await blue.hears(RED)
