/** One person on the stage: their picture or their initials, and what is to be known of them. */

import { MicOff } from "lucide-react";
import { Face } from "../controls/Face.js";
import { useText } from "../texts/texts.js";
import { NetworkMark } from "./NetworkMark.js";
import { Picture } from "./Picture.js";
import type { Person } from "./view.js";

interface Props {
  readonly person: Person;
  /** The name stands elsewhere. */
  readonly isNamed: boolean;
}

export function Tile({ person, isNamed }: Props) {
  const { name, identity, camera, isMuted, isTalking, isAway, network } = person;
  const say = useText();
  return (
    <li className="tile" data-testid="tile" data-who={identity} data-talking={isTalking} data-away={isAway}>
      {camera === null ? <Face name={name} size="large" /> : <Picture stream={camera} label={name} testid="remote-video" />}
      <p className="name-plate">
        <span className={isNamed ? "unseen" : "name"}>{name}</span>
        {isTalking && <span className="unseen">{say("isTalking")}</span>}
        {isMuted && (
          <span className="mark" data-testid="remote-muted">
            <MicOff size={16} aria-hidden="true" />
            <span className={isNamed ? "" : "unseen"}>{say("isMuted")}</span>
          </span>
        )}
        {isAway && <span data-testid="remote-away">{say("isAway")}</span>}
        {network !== null && !isAway && <NetworkMark level={network} who={name} />}
      </p>
    </li>
  );
}
