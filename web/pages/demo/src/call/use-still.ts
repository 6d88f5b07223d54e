/** Whether the controls may hide: nobody has moved for a while, and nobody uses the keyboard. */

import { useEffect, useState } from "react";

/** How long the controls stay without movement, in ms. */
const CONTROLS_STAY = 4_000;

/** False at once when anything moves; a key keeps it false until a pointer moves again. */
export function useStill(mayHide: boolean): boolean {
  const [isStill, setStill] = useState(false);
  useEffect(() => {
    if (!mayHide) return;
    let hiding: ReturnType<typeof setTimeout>;
    const show = (): void => {
      clearTimeout(hiding);
      setStill(false);
    };
    const move = (): void => {
      show();
      hiding = setTimeout(() => setStill(true), CONTROLS_STAY);
    };
    move();
    const moves = ["pointermove", "pointerdown", "wheel"] as const;
    for (const type of moves) window.addEventListener(type, move, { passive: true });
    window.addEventListener("keydown", show);
    return () => {
      clearTimeout(hiding);
      for (const type of moves) window.removeEventListener(type, move);
      window.removeEventListener("keydown", show);
    };
  }, [mayHide]);
  return mayHide && isStill;
}
