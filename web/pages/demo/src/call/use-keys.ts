/** Listens to the keys of a call while it is on the screen. */

import { useEffect, useRef } from "react";
import { actOf, focusOf, type KeyAct } from "./keys.js";

/** `act` for each key pressed, `released` when the key held to talk is let go, also when the page is left with it. */
export function useKeys(act: (what: KeyAct) => void, released: () => void): void {
  const latest = useRef({ act, released });
  latest.current = { act, released };
  useEffect(() => {
    let isHeld = false;
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented) return;
      // Held, Space would scroll the page with each repetition.
      if (isHeld && event.key === " ") event.preventDefault();
      const what = actOf(event, focusOf(document.activeElement));
      if (what === null) return;
      event.preventDefault();
      isHeld ||= what === "talk";
      latest.current.act(what);
    };
    const letGo = (): void => {
      if (isHeld) latest.current.released();
      isHeld = false;
    };
    const release = (event: KeyboardEvent): void => {
      if (event.key === " ") letGo();
    };
    window.addEventListener("keydown", press);
    window.addEventListener("keyup", release);
    window.addEventListener("blur", letGo);
    return () => {
      letGo();
      window.removeEventListener("keydown", press);
      window.removeEventListener("keyup", release);
      window.removeEventListener("blur", letGo);
    };
  }, []);
}
