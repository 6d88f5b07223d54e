/** Elements of the page by their names, and how icons and texts get into them. */

import mic from "lucide-static/icons/mic.svg?raw";
import micOff from "lucide-static/icons/mic-off.svg?raw";
import phone from "lucide-static/icons/phone.svg?raw";
import phoneOff from "lucide-static/icons/phone-off.svg?raw";
import share from "lucide-static/icons/screen-share.svg?raw";
import shareOff from "lucide-static/icons/screen-share-off.svg?raw";
import theme from "lucide-static/icons/sun-moon.svg?raw";
import video from "lucide-static/icons/video.svg?raw";
import videoOff from "lucide-static/icons/video-off.svg?raw";
import { texts } from "./texts.js";

const ICONS = { mic, micOff, phone, phoneOff, share, shareOff, theme, video, videoOff };
export type Icon = keyof typeof ICONS;

/** The element of the name; the page is written so that it is there. */
export function part<T extends HTMLElement = HTMLElement>(name: string): T {
  const found = document.querySelector<T>(`[data-testid="${name}"]`);
  if (found === null) throw new Error(`The page has no part '${name}'.`);
  return found;
}

export function on(name: string, type: "click" | "submit", act: () => void): void {
  part(name).addEventListener(type, (event) => {
    if (type === "submit") event.preventDefault();
    act();
  });
}

/** Draw the icon, and nothing else of the kind. */
export function draw(element: HTMLElement, icon: Icon): void {
  if (element.dataset["drawn"] === icon) return;
  element.querySelector("svg")?.remove();
  element.insertAdjacentHTML("afterbegin", ICONS[icon].replace(/<!--.*?-->/s, ""));
  element.querySelector("svg")?.setAttribute("aria-hidden", "true");
  element.dataset["drawn"] = icon;
}

/** Give it a name for screen readers and a tooltip. */
export function name(element: HTMLElement, text: string): void {
  element.setAttribute("aria-label", text);
  element.title = text;
}

/** A button that is on or off; the icon and the name say it too. */
export function toggle(which: string, state: { on: boolean; icon: Icon; text: string }): void {
  const button = part<HTMLButtonElement>(which);
  button.setAttribute("aria-pressed", String(state.on));
  draw(button, state.icon);
  name(button, state.text);
}

function text(key: string | undefined): string {
  const found = texts[key as keyof typeof texts];
  if (typeof found !== "string") throw new Error(`There is no text '${String(key)}'.`);
  return found;
}

/** Put all texts and icons in that the page asks for. */
export function furnish(): void {
  document.title = texts.title;
  for (const element of document.querySelectorAll<HTMLElement>("[data-text]")) {
    element.textContent = text(element.dataset["text"]);
  }
  for (const element of document.querySelectorAll<HTMLElement>("[data-label]")) {
    name(element, text(element.dataset["label"]));
  }
  for (const element of document.querySelectorAll<HTMLElement>("[data-icon]")) {
    draw(element, element.dataset["icon"] as Icon);
  }
}

const SCREENS = ["name", "home", "incoming", "call", "ended"] as const;
export type Screen = (typeof SCREENS)[number];

/** Show one screen, and put the focus where the next step is. */
export function show(screen: Screen, focus: string): void {
  for (const each of SCREENS) part(`${each}-screen`).hidden = each !== screen;
  part(focus).focus({ preventScroll: true });
}

/** Give a stream to a video or audio element, or take it away. */
export function play(element: HTMLMediaElement, stream: MediaStream | null): void {
  if (element.srcObject !== stream) element.srcObject = stream;
  if (element instanceof HTMLVideoElement) element.hidden = stream === null;
  if (stream !== null) element.play().catch(() => undefined);
}
