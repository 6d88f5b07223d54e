/** Tells when the page wakes up, leaves, or has another network. */

export interface PageEvents {
  /** Time may have passed unnoticed: is everything alive? */
  look(): void;
  /** The device has another network, or one again. */
  moved(): void;
  /** The page is closed for good. */
  leaving(): void;
}

/** Browsers that have it; its event also tells of mere estimates. */
interface NetworkInformation extends EventTarget {
  readonly type?: string;
}

/** Watch until the function that is returned is called. */
export function watchPage(events: PageEvents): () => void {
  const watching = new AbortController();
  const { signal } = watching;
  window.addEventListener("online", () => events.moved(), { signal });
  window.addEventListener("offline", () => events.look(), { signal });
  window.addEventListener("pageshow", () => events.look(), { signal });
  window.addEventListener(
    "pagehide",
    ({ persisted }) => {
      if (!persisted) events.leaving();
    },
    { signal },
  );
  document.addEventListener("resume", () => events.look(), { signal });
  document.addEventListener(
    "visibilitychange",
    () => {
      if (document.visibilityState === "visible") events.look();
    },
    { signal },
  );
  const network = (navigator as { readonly connection?: NetworkInformation }).connection;
  let type = network?.type;
  network?.addEventListener(
    "change",
    () => {
      if (network.type === type) return;
      type = network.type;
      events.moved();
    },
    { signal },
  );
  return () => watching.abort();
}
