/** How good a network is: five bars, and a word where it matters. */

import type { Key } from "../texts/texts.js";
import { useText } from "../texts/texts.js";
import type { Level } from "./view.js";

const WORDS: Record<Level, Key & `network${number}`> = {
  1: "network1",
  2: "network2",
  3: "network3",
  4: "network4",
  5: "network5",
};
/** Up to here the word is shown, and not only said. */
const WORTH_A_WORD: Level = 3;

/** `who` is null for one's own. */
export function NetworkMark({ level, who }: { readonly level: Level; readonly who: string | null }) {
  const say = useText();
  const word = say(WORDS[level]);
  const said = who === null ? say("networkOwn", { word }) : say("networkOf", { who, word });
  return (
    <span className="network" data-testid="network" data-level={level} title={said}>
      <svg viewBox="0 0 20 20" aria-hidden="true">
        {([1, 2, 3, 4, 5] as const).map((bar) => (
          <rect key={bar} x={bar * 4 - 4} width={3} y={20 - bar * 4} height={bar * 4} rx={1} data-on={bar <= level} />
        ))}
      </svg>
      <span className="unseen">{said}</span>
      {level <= WORTH_A_WORD && <span aria-hidden="true">{word}</span>}
    </span>
  );
}
