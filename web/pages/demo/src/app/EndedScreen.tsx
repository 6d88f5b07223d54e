/** After a call: how long it was, why it ended, and the next step. */

import { type ReactNode, useId } from "react";
import { Button } from "../controls/Button.js";
import { Copy } from "../controls/Copy.js";
import { Heading } from "../controls/Heading.js";
import { spoken } from "../people/names.js";
import { useText } from "../texts/texts.js";
import type { Ended } from "../call/conversation.js";
import type { Connection, Journey } from "../journey/journey.js";
import { reason } from "./reasons.js";

interface Props {
  readonly ended: Ended;
  readonly journey: Journey;
  readonly connection: Connection;
}

export function EndedScreen({ ended, journey, connection }: Props): ReactNode {
  const say = useText();
  const title = useId();
  const { who, room, errorCode, duration } = ended;
  const code = `${errorCode.id} ${errorCode.name}: ${errorCode.description}`;
  return (
    <section className="card center" aria-labelledby={title} data-testid="ended-screen">
      <Heading id={title} testid="ended-title" takesFocus>
        {say(room ? "endedRoomTitle" : "endedTitle", { who })}
      </Heading>
      <p data-testid="ended-reason">{reason(ended, say)}</p>
      {duration !== null && (
        <p className="soft" data-testid="ended-duration">
          {say("lasted", { duration: spoken(duration, navigator.language) })}
        </p>
      )}
      <div className="row">
        <Button as="main" testid="call-again" isDisabled={connection.state !== "online"} onPress={() => journey.again()}>
          {say(room ? "joinAgain" : "callAgain")}
        </Button>
        <Button testid="close" onPress={() => journey.home()}>
          {say("close")}
        </Button>
      </div>
      <details>
        <summary>{say("details")}</summary>
        <p>
          <code data-testid="ended-code">{code}</code>
        </p>
        <Copy text={code} testid="copy" as="link">
          {say("copy")}
        </Copy>
      </details>
    </section>
  );
}
