/** The title of the tab, which blinks while somebody calls. */

import { say } from "../texts/texts.js";

const EVERY = 1_000;

/** Blink until the returned function is called. */
export function blink(title: string): () => void {
  const calm = say("title");
  document.title = title;
  const timer = setInterval(() => {
    document.title = document.title === title ? calm : title;
  }, EVERY);
  return () => {
    clearInterval(timer);
    document.title = calm;
  };
}
