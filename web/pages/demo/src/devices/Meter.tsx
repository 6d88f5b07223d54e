/** A bar that moves when the microphone hears something. */

import { type ReactNode, useEffect, useRef } from "react";
import { useText } from "../texts/texts.js";
import { listen } from "./level.js";

/** How often a screen reader's value follows, in ms; the bar itself follows every frame. */
const SPOKEN_EVERY = 1_000;

export function Meter({ track }: { readonly track: MediaStreamTrack | null }): ReactNode {
  const say = useText();
  const meter = useRef<HTMLDivElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (track === null) return;
    let told = -Infinity;
    return listen(track, (level) => {
      bar.current?.style.setProperty("--level", level.toFixed(3));
      if (performance.now() - told < SPOKEN_EVERY) return;
      told = performance.now();
      meter.current?.setAttribute("aria-valuenow", String(Math.round(level * 100)));
    });
  }, [track]);
  return (
    <div
      ref={meter}
      className="meter"
      role="meter"
      aria-label={say("level")}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
      data-testid="level"
    >
      <div ref={bar} className="meter-bar" />
    </div>
  );
}
