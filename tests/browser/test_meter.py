"""The meters on the page, held against breaks of a known length."""

from __future__ import annotations

from tests.browser.conftest import Enter
from tests.browser.media import BLUE, RED

BROKEN_TONE = """
(async () => {
  const context = (party.context = new AudioContext());
  const tone = new OscillatorNode(context, { frequency: 440 });
  const switched = new GainNode(context, { gain: 0.3 });
  await meterSound("sound", new MediaStream(), 440);
  await meterSound("other", new MediaStream(), 1000);
  // Not by way of a stream, which itself has breaks when the machine is busy.
  tone.connect(switched);
  for (const meter of meters.values()) switched.connect(meter.node);
  tone.start();
  await until(() => meters.get("sound").now, "tone");
  markMeters();
  const at = context.currentTime + 0.2;
  for (const [begin, length] of [[0, 0.1], [0.3, 0.25], [0.7, 0.02]]) {
    switched.gain.setValueAtTime(0, at + begin);
    switched.gain.setValueAtTime(0.3, at + begin + length);
  }
  await until(() => meters.get("sound").read().measured >= 1200, "1.2 s of sound");
})()"""


async def test_breaks_of_a_tone_are_found_and_have_their_length(enter: Enter) -> None:
    red = await enter(RED, connect=False)
    await red.js(BROKEN_TONE)
    sound = await red.sound()
    assert [round(it.ms, -1) // 50 for it in sound.breaks] == [2, 5, 0]
    first, second, third = sound.breaks
    assert 80 <= first.ms <= 120
    assert 230 <= second.ms <= 270
    assert 10 <= third.ms <= 40
    assert sound.longest == second.ms
    assert sound.total == first.ms + second.ms + third.ms
    # The page's clock agrees with that of the sound.
    assert abs((second.at - first.at) - 300) <= 60
    assert sound.heard
    await red.js("markMeters(); meters.get('other').read()")
    never = await red.js("until(() => meters.get('other').read().longest >= 200)")
    assert never
    assert not await red.js("meters.get('other').read().heard")


async def test_a_frozen_picture_is_seen(enter: Enter) -> None:
    red, blue = await enter(RED), await enter(BLUE)
    await red.dial(blue.identity, video=True)
    await blue.incoming()
    await blue.accept(video=True)
    await red.event("established")
    await blue.event("established")
    await red.event("remote-camera-video-added")
    await blue.event("remote-camera-video-added")
    await red.sees(BLUE)
    await red.hears(BLUE)
    await red.meter(BLUE, video="remote")
    await red.js("until(() => meters.get('picture').read().frames >= 20, '20 frames')")
    picture = await red.picture()
    assert picture.longest < 1000
    assert picture.colour is not None
    assert all(
        abs(a - b) < 48 for a, b in zip(picture.colour, BLUE.rgb, strict=True)
    ), picture
    await red.mark()
    await red.js("document.getElementById('remote').pause()")
    await red.js("until(() => meters.get('picture').read().longest >= 400, 'freeze')")
    await red.js("document.getElementById('remote').play()")
    await red.js("until(() => meters.get('picture').read().breaks.length, 'its end')")
    picture = await red.picture()
    assert picture.breaks[0].ms >= 400
    assert (await red.sound()).heard
