/** Says that the connection is lost, for how long, and what helps. */

import type { ReactNode } from "react";
import { Button } from "../controls/Button.js";
import { useText } from "../texts/texts.js";
import { useNow } from "../controls/now.js";
import type { Connection } from "../journey/journey.js";

interface Props {
  readonly connection: Connection;
  onConnect(): void;
}

export function Banner({ connection, onConnect }: Props): ReactNode {
  const say = useText();
  const lost = connection.state === "reconnecting" ? connection.since : null;
  const now = useNow(lost !== null);
  const isTrouble = lost !== null || connection.state === "offline";
  return (
    <div className={isTrouble ? "banner" : "unseen"} data-testid="banner" hidden={!isTrouble}>
      <p role="status" data-testid="banner-text">
        {lost !== null && say("reconnecting")}
        {connection.state === "offline" && say("disconnected")}
      </p>
      {lost !== null && (
        // Read once, not each second.
        <span aria-hidden className="figures" data-testid="banner-seconds">
          {say("reconnectingFor", { seconds: Math.max(0, Math.floor((now - lost) / 1_000)) })}
        </span>
      )}
      {connection.state === "offline" && (
        <>
          <Button testid="connect-again" onPress={onConnect}>
            {say("connectAgain")}
          </Button>
          <details>
            <summary>{say("details")}</summary>
            <code>{connection.reason}</code>
          </details>
        </>
      )}
    </div>
  );
}
