"""People for screenshots: drawn faces in front of walls, in place of plain colours.

The top left corner of each picture is the wall alone, so that a test that looks for
somebody's colour finds them all the same.
"""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import quote

from tests.browser.media import Voice

WALLS = {"red": (222, 142, 118), "blue": (126, 156, 182), "green": (74, 128, 98)}
SLIDE = (246, 244, 238)

_RUBY = """
<rect x="470" y="70" width="130" height="170" rx="6" fill="#f6e3d4"/>
<path d="M470 200 q40-60 70-20 t60-30 v84 a6 6 0 0 1-6 6 h-118 a6 6 0 0 1-6-6z" fill="#c9765c"/>
<circle cx="560" cy="112" r="18" fill="#f0b26b"/>
<ellipse cx="320" cy="205" rx="142" ry="150" fill="#2c1b18"/>
<path d="M128 480 q8-130 120-146 h144 q112 16 120 146z" fill="#e0a63a"/>
<path d="M282 290 h76 v52 q-38 34-76 0z" fill="#9a6247"/>
<ellipse cx="320" cy="222" rx="86" ry="104" fill="#b0745a"/>
<path d="M232 190 q10-86 88-86 t88 86 q-34-54-88-54 t-88 54z" fill="#2c1b18"/>
<ellipse cx="288" cy="222" rx="9" ry="11" fill="#2a1a17"/>
<ellipse cx="352" cy="222" rx="9" ry="11" fill="#2a1a17"/>
<path d="M270 198 q18-12 36-2 M334 196 q18-10 36 2" stroke="#2a1a17" stroke-width="6" fill="none" stroke-linecap="round"/>
<path d="M318 232 q-10 26 6 28" stroke="#8f5841" stroke-width="5" fill="none" stroke-linecap="round"/>
<path d="M284 276 q36 40 72 0 q-36 12-72 0z" fill="#fff"/>
<circle cx="234" cy="262" r="9" fill="#f3d27a"/><circle cx="406" cy="262" r="9" fill="#f3d27a"/>
"""
_DANA = """
<rect x="36" y="196" width="126" height="10" rx="4" fill="#5c4a3d"/>
<rect x="52" y="132" width="18" height="64" fill="#d9644e"/><rect x="74" y="146" width="22" height="50" fill="#f1c75b"/>
<rect x="100" y="124" width="16" height="72" fill="#33525e"/><rect x="120" y="140" width="20" height="56" fill="#e9e2d5"/>
<path d="M540 480 q-10-110 10-190" stroke="#3f6b4c" stroke-width="8" fill="none"/>
<ellipse cx="520" cy="290" rx="46" ry="22" fill="#4c8a5f" transform="rotate(-38 520 290)"/>
<ellipse cx="590" cy="330" rx="48" ry="20" fill="#5fa06f" transform="rotate(24 590 330)"/>
<ellipse cx="506" cy="372" rx="44" ry="18" fill="#3f7a53" transform="rotate(-18 506 372)"/>
<path d="M206 400 q-30-290 114-300 t114 300z" fill="#7a3f22"/>
<path d="M126 480 q10-122 120-138 l74 46 74-46 q110 16 120 138z" fill="#1f5f63"/>
<path d="M284 286 h72 v60 l-36 42-36-42z" fill="#e3ad8d"/>
<ellipse cx="320" cy="220" rx="82" ry="102" fill="#f2c4a5"/>
<path d="M236 236 q-8-120 92-126 q80 4 78 130 q-20-74-66-92 q-56 54-104 88z" fill="#8c4a28"/>
<ellipse cx="290" cy="226" rx="8" ry="10" fill="#31404a"/><ellipse cx="350" cy="226" rx="8" ry="10" fill="#31404a"/>
<path d="M274 204 q16-9 32-1 M336 203 q16-8 32 1" stroke="#6b3820" stroke-width="5" fill="none" stroke-linecap="round"/>
<path d="M320 236 q-8 22 5 24" stroke="#d29a79" stroke-width="5" fill="none" stroke-linecap="round"/>
<path d="M290 276 q30 30 60 0" stroke="#b4513f" stroke-width="7" fill="none" stroke-linecap="round"/>
<ellipse cx="266" cy="258" rx="14" ry="8" fill="#eda58b" opacity=".7"/><ellipse cx="374" cy="258" rx="14" ry="8" fill="#eda58b" opacity=".7"/>
"""
_GWEN = """
<rect x="454" y="60" width="150" height="200" rx="4" fill="#dcebf2"/>
<path d="M454 200 l50-46 40 34 60-58 v130 h-150z" fill="#9dc0a2"/>
<path d="M529 60 v200 M454 160 h150" stroke="#f7f4ee" stroke-width="10"/>
<path d="M60 480 v-150 m-34 0 h68 l-14-60 h-40z" stroke="#e8dcc2" stroke-width="8" fill="#f5e6bf"/>
<path d="M130 480 q8-126 122-142 h136 q114 16 122 142z" fill="#34415e"/>
<path d="M250 340 l70 56 70-56 14 6-64 134 h-40l-64-134z" fill="#f4f1ea"/>
<path d="M284 286 h72 v62 q-36 40-72 0z" fill="#c98f6b"/>
<ellipse cx="320" cy="216" rx="88" ry="106" fill="#dca583"/>
<path d="M226 210 q-16-124 94-128 t94 128 q-10-50-34-66 q-60 20-120 0 q-24 16-34 66z" fill="#c9ccd1"/>
<circle cx="286" cy="222" r="30" fill="#ffffff" fill-opacity=".25" stroke="#2f2b2a" stroke-width="6"/>
<circle cx="354" cy="222" r="30" fill="#ffffff" fill-opacity=".25" stroke="#2f2b2a" stroke-width="6"/>
<path d="M316 220 h8" stroke="#2f2b2a" stroke-width="6"/>
<ellipse cx="287" cy="224" rx="8" ry="10" fill="#2f2b2a"/><ellipse cx="353" cy="224" rx="8" ry="10" fill="#2f2b2a"/>
<path d="M268 180 q18-10 36-2 M336 178 q18-8 36 2" stroke="#a7abb2" stroke-width="7" fill="none" stroke-linecap="round"/>
<path d="M320 236 q-10 24 6 27" stroke="#b97d5b" stroke-width="5" fill="none" stroke-linecap="round"/>
<path d="M288 280 q32 32 64 0 q-32 10-64 0z" fill="#fff"/>
"""
_DRAWN = {"red": _RUBY, "blue": _DANA, "green": _GWEN}

_SLIDE = """
<text x="96" y="170" font-size="64" font-weight="700" fill="#1d2b33">Harvest, week by week</text>
<text x="96" y="232" font-size="32" fill="#55656e">Baskets picked in the school garden</text>
<g fill="#2a8c8c"><rect x="120" y="470" width="110" height="130"/><rect x="280" y="420" width="110" height="180"/>
<rect x="440" y="440" width="110" height="160"/><rect x="600" y="360" width="110" height="240"/>
<rect x="760" y="330" width="110" height="270"/></g><rect x="920" y="290" width="110" height="310" fill="#e0a63a"/>
<path d="M96 604 h980" stroke="#1d2b33" stroke-width="4"/>
<g font-size="28" fill="#55656e" text-anchor="middle"><text x="175" y="648">1</text><text x="335" y="648">2</text>
<text x="495" y="648">3</text><text x="655" y="648">4</text><text x="815" y="648">5</text><text x="975" y="648">6</text></g>
"""

_STREAM = """
const drawn = (address, width, height, sways) => {
  const image = new Image();
  image.src = address;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d");
  setInterval(() => {
    // Never quite still, as people are.
    const sway = sways ? 2 + 2 * Math.sin(performance.now() / 700) : (performance.now() >> 8) % 2;
    pen.drawImage(image, 0, -sway, width, height + 2 * sway);
  }, 80);
  return canvas.captureStream(12);
};"""


def walled(voice: Voice) -> Voice:
    """Give the voice with the colour of its wall."""
    return replace(voice, rgb=WALLS[voice.name])


def script(voice: Voice) -> str:
    """Let a page's camera show the person, and its screen a slide."""
    portrait = _svg(640, 480, voice.rgb, _DRAWN[voice.name])
    slide = _svg(1280, 720, SLIDE, _SLIDE)
    return f"""(() => {{ {_STREAM}
      const devices = navigator.mediaDevices;
      const taken = devices.getUserMedia.bind(devices);
      devices.getUserMedia = async (wanted) => {{
        const stream = await taken(wanted);
        if (!wanted.video) return stream;
        stream.getVideoTracks().forEach((track) => {{ stream.removeTrack(track); track.stop(); }});
        stream.addTrack(drawn({json.dumps(portrait)}, 960, 720, true).getVideoTracks()[0]);
        return stream;
      }};
      devices.getDisplayMedia = async () => (globalThis.shared = drawn({json.dumps(slide)}, 1280, 720, false));
    }})();"""


def _svg(width: int, height: int, rgb: tuple[int, int, int], inner: str) -> str:
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" font-family="Inter, sans-serif">'
        f'<rect width="{width}" height="{height}" fill="rgb{rgb}"/>{inner}</svg>'
    )
    return "data:image/svg+xml," + quote(drawing)
