/** Seconds that pass on the screen. */

import { useEffect, useState } from "react";

/** The time in ms since 1970, and again each second while `runs`. */
export function useNow(runs: boolean): number {
  const [now, set] = useState(Date.now);
  useEffect(() => {
    if (!runs) return;
    set(Date.now());
    const timer = setInterval(() => set(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [runs]);
  return now;
}
