/** The demo: choose a name, see who is here, call and be called, meet in rooms. */

import "@fontsource-variable/inter/index.css";
import "../../../tokens.css";
import "./app/app.css";

import { I18nProvider } from "@lingui/react";
import { createRingwayRtc } from "ringway-rtc";
import { createRoot } from "react-dom/client";
import { App } from "./app/App.js";
import { Journey } from "./journey/journey.js";
import { visit } from "./journey/visit.js";
import { Devices } from "./devices/choice.js";
import { Preview } from "./devices/preview.js";
import { take, type GetUserMedia } from "./devices/take.js";
import { takeInvitation } from "./sharing/link.js";
import { i18n, say } from "./texts/texts.js";

/** Absent on pages that came over plain HTTP from another machine. */
const media = navigator.mediaDevices as MediaDevices | undefined;
const getUserMedia: GetUserMedia = (constraints) =>
  media?.getUserMedia(constraints) ?? Promise.reject(new DOMException("no devices here", "NotAllowedError"));

const devices = new Devices(localStorage, media, "setSinkId" in HTMLMediaElement.prototype);
const preview = new Preview(devices, getUserMedia);
const journey = new Journey({
  visit,
  client: (token) => createRingwayRtc(token),
  take: (wanted) => take(wanted, getUserMedia),
  chosen: devices.snapshot,
  now: Date.now,
});
const invitation = takeInvitation(location, (address) => history.replaceState(null, "", address), sessionStorage);

document.title = say("title");
createRoot(document.getElementById("page") as HTMLElement).render(
  <I18nProvider i18n={i18n}>
    <App journey={journey} devices={devices} preview={preview} invitation={invitation} isSecure={media !== undefined} />
  </I18nProvider>,
);
