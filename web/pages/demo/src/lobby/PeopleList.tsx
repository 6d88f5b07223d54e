/** The others who are here, each with the ways to call them. */

import { Phone, Video } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import type { Way } from "../journey/journey.js";
import { Round } from "../controls/Button.js";
import { Face } from "../controls/Face.js";
import { Field } from "../controls/Field.js";
import { useText } from "../texts/texts.js";
import { identityOf } from "../people/names.js";
import { changeBetween, matching, nameOf, type Person, sorted } from "../people/presence.js";

/** From here on a list is searched, not read. */
const MANY = 8;
/** So many names are said of those who come or go at once. */
const SAID = 3;

interface Props {
  readonly people: readonly Person[];
  readonly canCall: boolean;
  onCall(identity: string, who: string, way: Way): void;
}

export function PeopleList({ people, canCall, onCall }: Props): ReactNode {
  const say = useText();
  const [filter, setFilter] = useState("");
  const found = sorted(matching(people, filter), navigator.language);
  return (
    <>
      <Comings people={people} />
      {people.length > 0 && (
        <p className="soft" data-testid="people-count">
          {say("peopleCount", { count: people.length })}
        </p>
      )}
      {(people.length > MANY || filter !== "") && (
        <Field label={say("peopleFilter")} value={filter} onChange={setFilter} testid="people-filter" autoCapitalize="none" />
      )}
      {people.length > 0 && found.length === 0 && <p className="soft">{say("peopleNoMatch")}</p>}
      {found.length > 0 && (
        <ul className="people" data-testid="people">
          {found.map((person) => (
            <Row key={person.identity} person={person} canCall={canCall} onCall={onCall} />
          ))}
        </ul>
      )}
    </>
  );
}

function Row({ person, canCall, onCall }: { readonly person: Person } & Pick<Props, "canCall" | "onCall">): ReactNode {
  const say = useText();
  const who = nameOf(person);
  const call = (video: boolean): void => onCall(person.identity, who, { audio: true, video });
  return (
    <li data-testid={`person-${person.identity}`}>
      <Face name={who} />
      <span className="who">
        <bdi className="strong">{who}</bdi>
        {identityOf(who) !== person.identity && <bdi className="soft hint">{person.identity}</bdi>}
      </span>
      <Round icon={Phone} label={say("callPerson", { who })} testid="person-audio" isDisabled={!canCall} onPress={() => call(false)} />
      <Round icon={Video} label={say("callPersonVideo", { who })} testid="person-video" isDisabled={!canCall} onPress={() => call(true)} />
    </li>
  );
}

/** Says to screen readers who has come and gone. */
function Comings({ people }: { readonly people: readonly Person[] }): ReactNode {
  const say = useText();
  const before = useRef(people);
  const [news, setNews] = useState("");
  useEffect(() => {
    const { come, gone } = changeBetween(before.current, people);
    before.current = people;
    const sentences = [
      ...(come.length > 0 && come.length <= SAID ? [say("peopleCome", { names: named(come), count: come.length })] : []),
      ...(gone.length > 0 && gone.length <= SAID ? [say("peopleGone", { names: named(gone), count: gone.length })] : []),
      ...(come.length + gone.length > SAID ? [say("peopleCount", { count: people.length })] : []),
    ];
    if (sentences.length > 0) setNews(sentences.join(" "));
  }, [people]);
  return (
    <p role="status" className="unseen" data-testid="comings">
      {news}
    </p>
  );
}

function named(people: readonly Person[]): string {
  return new Intl.ListFormat(navigator.language, { type: "conjunction" }).format(people.map(nameOf));
}
