/** Before a room: a look at oneself, the devices, one big button, and the link for others. */

import { type ReactNode, useState, useSyncExternalStore } from "react";
import { Switch } from "react-aria-components";
import type { Journey, Place } from "../journey/journey.js";
import { Button } from "../controls/Button.js";
import { Heading } from "../controls/Heading.js";
import { type Devices, useDeviceChoice } from "../devices/choice.js";
import { Look, Pickers } from "../devices/DevicePanel.js";
import type { Preview } from "../devices/preview.js";
import { isTrack } from "../devices/take.js";
import { ShareLink } from "../sharing/ShareLink.js";
import { useText } from "../texts/texts.js";

interface Props {
  readonly room: string;
  readonly place: Place;
  readonly journey: Journey;
  readonly devices: Devices;
  readonly preview: Preview;
  readonly link: string;
}

export function RoomScreen({ room, place, journey, devices, preview, link }: Props): ReactNode {
  const say = useText();
  const choice = useDeviceChoice(devices);
  const tried = useSyncExternalStore(preview.subscribe, preview.snapshot);
  const [hasCamera, setCamera] = useState(true);
  const has = (slot: typeof tried.camera): boolean => slot === "opening" || typeof slot === "object" && isTrack(slot);
  const way = { audio: has(tried.microphone), video: hasCamera && has(tried.camera) };
  const isReady = place.connection.state === "online" && !place.isOpening;
  const join = say(way.video ? "join" : way.audio ? "joinWithoutCamera" : "joinListening");
  return (
    <div className="lobby" data-testid="room-screen">
      <section className="card lobby-main" aria-labelledby="room-ready">
        <Heading id="room-ready" testid="room-title" takesFocus>
          {say("roomReady", { room })}
        </Heading>
        <p className="soft">{say("roomReadyHint", { name: place.name ?? "" })}</p>
        <div className="before">
          <div className="devices">
            <Look preview={preview} tries={hasCamera ? ["microphone", "camera"] : ["microphone"]} name={place.name ?? ""} />
          </div>
          <div className="next">
            <Switch className="switch" isSelected={hasCamera} onChange={setCamera} data-testid="camera-switch">
              <span className="switch-track" />
              {say("cameraSwitch")}
            </Switch>
            <div className="row">
              <Button as="main" testid="join" isDisabled={!isReady} onPress={() => void journey.wish({ to: "join", room, way })}>
                {join}
              </Button>
              <Button testid="room-back" onPress={() => journey.home()}>
                {say("back")}
              </Button>
            </div>
            <details>
              <summary data-testid="devices-choose">{say("devicesChoose")}</summary>
              <div className="devices">
                <Pickers choice={choice} />
              </div>
            </details>
          </div>
        </div>
      </section>
      <section className="card lobby-side" aria-labelledby="share-title">
        <h2 id="share-title">{say("share")}</h2>
        <p className="soft">{say("roomHint")}</p>
        <ShareLink link={link} label={say("shareRoomLink")} />
      </section>
    </div>
  );
}
