/** Who is here and how to reach them: the list, by name, in a room. */

import type { ReactNode } from "react";
import type { Journey, Place, Way } from "../journey/journey.js";
import { Heading } from "../controls/Heading.js";
import { type Devices, useDeviceChoice } from "../devices/choice.js";
import type { Preview } from "../devices/preview.js";
import { ShareLink } from "../sharing/ShareLink.js";
import { useText } from "../texts/texts.js";
import { CallByName } from "./CallByName.js";
import { DeviceCard } from "./DeviceCard.js";
import { OpenRoom } from "./OpenRoom.js";
import { PeopleList } from "./PeopleList.js";
import "./lobby.css";

interface Props {
  readonly place: Place;
  readonly journey: Journey;
  readonly devices: Devices;
  readonly preview: Preview;
  /** The link for other devices. */
  readonly link: string;
  /** The link for another tab. */
  readonly another: string;
  /** A room of the address that can't be one, to be corrected. */
  readonly brokenRoom: string | null;
  onOpenRoom(room: string): void;
}

export function Lobby({ place, journey, devices, preview, link, another, brokenRoom, onOpenRoom }: Props): ReactNode {
  const say = useText();
  const choice = useDeviceChoice(devices);
  const { people, identity, name, connection, isOpening, isRefusedNow } = place;
  const canCall = connection.state === "online" && !isOpening;
  const isAlone = typeof people === "object" && people.length === 0;
  const call = (whom: string, who: string, way: Way): void => {
    preview.close();
    void journey.wish({ to: "call", identity: whom, who, way });
  };
  const share = (
    <>
      <ShareLink link={link} label={say("shareLink")} />
      <p>
        <a className="link" href={another} target="_blank" rel="noreferrer" data-testid="another-tab">
          {say("anotherTab")}
        </a>
      </p>
    </>
  );
  return (
    <div className="lobby" data-testid="home-screen">
      <div className="lobby-main">
        <section className="card" aria-labelledby="home-title">
          <Heading id="home-title" testid="home-title" takesFocus>
            {say("homeTitle")}
          </Heading>
          {isRefusedNow && (
            <p className="error" role="alert" data-testid="not-now">
              {say("notNow")}
            </p>
          )}
          {people === "untold" && <p className="soft">{say("peopleUnknown")}</p>}
          {typeof people === "object" && <PeopleList people={people} canCall={canCall} onCall={call} />}
          {isAlone && (
            <div className="empty" data-testid="nobody">
              <p className="strong">{say("peopleNone")}</p>
              <p className="soft">{say("peopleNoneHint")}</p>
              {share}
            </div>
          )}
        </section>
        <section className="card" aria-labelledby="by-name-title">
          <CallByName self={identity} canCall={canCall} onCall={call} />
        </section>
        <section className="card" aria-labelledby="room-title">
          <OpenRoom start={brokenRoom ?? ""} onOpen={onOpenRoom} />
        </section>
      </div>
      <div className="lobby-side">
        <DeviceCard choice={choice} preview={preview} name={name ?? ""} />
        {!isAlone && (
          <section className="card" aria-labelledby="share-title">
            <h2 id="share-title">{say("share")}</h2>
            {share}
          </section>
        )}
      </div>
    </div>
  );
}
