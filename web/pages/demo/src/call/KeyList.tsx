/** The keys of a call, for reading. */

import { type Key, useText } from "../texts/texts.js";

const KEYS: readonly [key: string, text: Key & `keys${string}`][] = [
  ["M", "keysMute"],
  ["V", "keysCamera"],
  ["S", "keysShare"],
  ["C", "keysChat"],
  ["?", "keysHelp"],
];

export function KeyList() {
  const say = useText();
  return (
    <div className="keys" data-testid="keys">
      <dl>
        {KEYS.map(([key, text]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{say(text)}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>{say("keySpace")}</kbd>
          </dt>
          <dd>{say("keysTalk")}</dd>
        </div>
      </dl>
      <p className="soft">{say("keysHint")}</p>
    </div>
  );
}
