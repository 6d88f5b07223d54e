/** The people of a call in their places, and a screen that one of them shares. */

import { ChevronLeft, ChevronRight, UserPlus } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "react-aria-components";
import { Face } from "../controls/Face.js";
import { useText } from "../texts/texts.js";
import { gridFor } from "./layout.js";
import { Picture } from "./Picture.js";
import { people } from "./seats.js";
import { Tile } from "./Tile.js";
import { useSize } from "./use-size.js";
import type { Person, View } from "./view.js";

interface Props {
  readonly view: View;
  onInvite(): void;
}

export function Stage({ view, onInvite }: Props) {
  const { kind, phase, seats, me } = view;
  const say = useText();
  const [area, size] = useSize<HTMLUListElement>();
  const [page, setPage] = useState(0);
  const [chosen, choose] = useState<string | null>(null);
  if (phase !== "live") return <Waiting view={view} />;
  const there = people(seats);
  const presenter = there.find(({ id }) => id === (view.screens.includes(chosen ?? "") ? chosen : view.screens.at(-1)));
  const layout = presenter === undefined ? (kind === "call" ? "one" : "grid") : "strip";
  const grid = gridFor(seats.length, size.width, size.height);
  const at = Math.min(page, grid.pages - 1);
  const shown = layout === "grid" ? seats.slice(at * grid.places, (at + 1) * grid.places) : seats;
  const isEmpty = kind === "room" && there.length === 0;
  return (
    <div className="stage" data-layout={layout}>
      {presenter?.screen != null && <Presented who={presenter.name} stream={presenter.screen} />}
      {isEmpty && <Empty onInvite={onInvite} />}
      <ul
        ref={area}
        className="tiles"
        aria-label={say("inTheCall")}
        tabIndex={layout === "strip" ? 0 : undefined}
        style={{ "--columns": grid.columns, "--rows": grid.rows }}
      >
        {shown.map((person, place) => {
          // An empty place is known by where it is.
          if (person === null) return <li key={`place ${place}`} className="tile free" aria-hidden="true" />;
          return <Tile key={person.id} person={person} isNamed={layout === "one"} />;
        })}
        {view.screens.length > 1 && layout === "strip" && (
          <OtherScreens view={view} shown={presenter} onChoose={choose} />
        )}
        {me.camera !== null && (
          <li className="tile own" data-talking={me.isTalking}>
            <Picture stream={me.camera} label={say("yourPicture")} testid="local-video" isMirrored />
          </li>
        )}
      </ul>
      {layout === "grid" && grid.pages > 1 && <Pager page={at} pages={grid.pages} onTurn={setPage} />}
    </div>
  );
}

function Waiting({ view }: { readonly view: View }) {
  const say = useText();
  const { camera } = view.me;
  return (
    <div className="stage" data-layout="waiting">
      <Face name={view.title} size="large" />
      {camera !== null && (
        <ul className="tiles" aria-label={say("inTheCall")}>
          <li className="tile own">
            <Picture stream={camera} label={say("yourPicture")} testid="local-video" isMirrored />
          </li>
        </ul>
      )}
    </div>
  );
}

function Empty({ onInvite }: { onInvite(): void }) {
  const say = useText();
  return (
    <div className="empty" data-testid="room-empty">
      <p className="large">{say("roomEmpty")}</p>
      <p>{say("roomEmptyHint")}</p>
      <Button className="button main" data-testid="room-invite" onPress={onInvite}>
        <UserPlus size={20} aria-hidden="true" />
        {say("roomInvite")}
      </Button>
    </div>
  );
}

function Presented({ who, stream }: { readonly who: string; readonly stream: MediaStream }) {
  const say = useText();
  const label = say("theirScreen", { who });
  return (
    <figure className="presented">
      <Picture stream={stream} label={label} testid="screen-video" />
      <figcaption className="name-plate">{label}</figcaption>
    </figure>
  );
}

interface Others {
  readonly view: View;
  readonly shown: Person | undefined;
  onChoose(id: string): void;
}

function OtherScreens({ view, shown, onChoose }: Others) {
  const say = useText();
  const others = people(view.seats).filter(({ id, screen }) => screen !== null && id !== shown?.id);
  return others.map(
    ({ id, name, screen }): ReactNode =>
      screen !== null && (
        <li key={`screen ${id}`} className="tile">
          <Picture stream={screen} label={say("theirScreen", { who: name })} testid="other-screen" />
          <Button className="choose" onPress={() => onChoose(id)}>
            {say("showScreen", { who: name })}
          </Button>
        </li>
      ),
  );
}

interface Pages {
  readonly page: number;
  readonly pages: number;
  onTurn(page: number): void;
}

function Pager({ page, pages, onTurn }: Pages) {
  const say = useText();
  return (
    <nav className="pager" aria-label={say("pages")}>
      <Button className="round" aria-label={say("pageBefore")} isDisabled={page === 0} onPress={() => onTurn(page - 1)}>
        <ChevronLeft className="flips" size={20} aria-hidden="true" />
      </Button>
      <span role="status">{say("pageOf", { page: page + 1, pages })}</span>
      <Button
        className="round"
        aria-label={say("pageAfter")}
        isDisabled={page === pages - 1}
        onPress={() => onTurn(page + 1)}
      >
        <ChevronRight className="flips" size={20} aria-hidden="true" />
      </Button>
    </nav>
  );
}
