/** The page: its header, what is wrong with the connection, and one screen. */

import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { CallScreen } from "../call/CallScreen.js";
import { type Devices, useDeviceChoice } from "../devices/choice.js";
import { DevicePanel } from "../devices/DevicePanel.js";
import type { Preview } from "../devices/preview.js";
import { Lobby } from "../lobby/Lobby.js";
import { RoomScreen } from "../lobby/RoomScreen.js";
import { roomTrouble } from "../people/rooms.js";
import { linkTo } from "../sharing/link.js";
import { read, written } from "../journey/address.js";
import { Banner } from "./Banner.js";
import { EndedScreen } from "./EndedScreen.js";
import { Entry } from "./Entry.js";
import { GateDialog } from "./GateDialog.js";
import { Header } from "./Header.js";
import { Incoming } from "./Incoming.js";
import type { Journey } from "../journey/journey.js";

interface Props {
  readonly journey: Journey;
  readonly devices: Devices;
  readonly preview: Preview;
  /** What the visitor was invited with. */
  readonly invitation: string | null;
  /** Whether the browser gives this page devices at all. */
  readonly isSecure: boolean;
}

export function App({ journey, devices, preview, invitation: brought, isSecure }: Props): ReactNode {
  const place = useSyncExternalStore(journey.subscribe, journey.snapshot);
  const choice = useDeviceChoice(devices);
  const [invitation, setInvitation] = useState(brought);
  const [wanted, setWanted] = useState(() => read(location.href));
  const { screen, name } = place;

  const room = wanted.room !== null && roomTrouble(wanted.room) === null ? wanted.room : null;
  const enter = (as: string, code: string | null): void => {
    setInvitation(code);
    void journey.enter(as, code, room);
  };

  // A reload stays, and a copy of the tab is the same person.
  useEffect(() => {
    if (wanted.name !== null && isSecure) enter(wanted.name, invitation);
  }, []);

  useEffect(() => {
    const follow = (): void => {
      const address = read(location.href);
      setWanted(address);
      const { screen: now } = journey.snapshot();
      if (now.at === "lobby" && address.room !== null && roomTrouble(address.room) === null) journey.openRoom(address.room);
      if (now.at === "room" && address.room === null) journey.home();
    };
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }, [journey]);

  useAddress(name, screen.at === "lobby" ? null : "room" in screen ? screen.room : undefined);

  const leave = (): void => {
    journey.leave();
    const address = written(location.href, { name: null, room: null });
    history.replaceState(null, "", address);
    setWanted(read(address));
  };
  const openRoom = (to: string): void => {
    setWanted({ name, room: to });
    journey.openRoom(to);
  };

  const link = (of: string | null): string => linkTo(location.href, place.sharing, of, invitation);
  const another = linkTo(location.href, null, null, invitation);

  if (screen.at === "call") {
    return (
      <>
        <CallScreen
          conversation={screen.conversation}
          devices={choice}
          devicePanel={<DevicePanel choice={choice} preview={preview} tries={["microphone"]} />}
          {...(screen.room === null ? {} : { link: link(screen.room) })}
          onEnded={(ended) => journey.ended(ended)}
        />
        <GateDialog journey={journey} gate={place.gate} />
      </>
    );
  }
  return (
    <>
      <Header place={place} onLeave={leave} />
      <Banner connection={place.connection} onConnect={() => void journey.connectAgain()} />
      <main>
        {screen.at === "entry" && (
          <Entry
            start={wanted.name ?? ""}
            room={room}
            brokenRoom={room === null ? wanted.room : null}
            invitation={invitation}
            refusal={isSecure ? place.refusal : { why: "insecure" }}
            isEntering={place.isEntering}
            onEnter={enter}
          />
        )}
        {screen.at === "lobby" && (
          <Lobby
            place={place}
            journey={journey}
            devices={devices}
            preview={preview}
            link={link(null)}
            another={another}
            brokenRoom={room === null ? wanted.room : null}
            onOpenRoom={openRoom}
          />
        )}
        {screen.at === "room" && (
          <RoomScreen
            room={screen.room}
            place={place}
            journey={journey}
            devices={devices}
            preview={preview}
            link={link(screen.room)}
          />
        )}
        {screen.at === "incoming" && (
          <Incoming call={screen.call} who={screen.who} journey={journey} isOpening={place.isOpening} />
        )}
        {screen.at === "ended" && <EndedScreen ended={screen.ended} journey={journey} connection={place.connection} />}
      </main>
      <GateDialog journey={journey} gate={place.gate} />
    </>
  );
}

/** Keep the address true; `room` is undefined where it says nothing new. A room is a step that Back undoes. */
function useAddress(name: string | null, room: string | null | undefined): void {
  useEffect(() => {
    if (name === null || room === undefined) return;
    const before = read(location.href);
    const after = written(location.href, { name, room });
    if (after === location.href) return;
    if (before.name === name && room !== null) history.pushState(null, "", after);
    else history.replaceState(null, "", after);
  }, [name, room]);
}
