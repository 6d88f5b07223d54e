/** A text that came while nobody looked at the chat: said, and shown for a while. */

import { useEffect, useState } from "react";
import { Button } from "react-aria-components";
import { useText } from "../texts/texts.js";
import type { Chat, Text } from "./chat.js";

/** How long it stays, in ms: time to read two lines and to reach the button. */
const SHOWN_FOR = 8_000;
/** As much of it as two lines hold, in characters. */
const MOST_SHOWN = 120;

interface Props {
  readonly chat: Chat | null;
  onOpen(): void;
}

export function NewText({ chat, onOpen }: Props) {
  const say = useText();
  const newest = chat === null || chat.unread === 0 ? undefined : chat.texts.findLast(({ from }) => from !== null);
  const [passed, setPassed] = useState<Text | undefined>(undefined);
  useEffect(() => {
    if (newest === undefined) return;
    const timer = setTimeout(() => setPassed(newest), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [newest]);
  const shown = newest === undefined || newest === passed ? undefined : newest;
  return (
    <>
      <p role="status" className="unseen">
        {newest !== undefined && say("chatNew", { who: newest.from ?? "", text: beginningOf(newest.text) })}
      </p>
      {shown !== undefined && (
        <div className="notice" data-testid="new-text">
          <p className="sentence" aria-hidden="true">
            <strong>{shown.from}</strong> <span dir="auto">{beginningOf(shown.text)}</span>
          </p>
          <Button className="button" data-testid="new-text-open" onPress={onOpen}>
            {say("chatOpen")}
          </Button>
        </div>
      )}
    </>
  );
}

function beginningOf(text: string): string {
  const signs = [...text.slice(0, MOST_SHOWN * 2)];
  return signs.length <= MOST_SHOWN ? text : `${signs.slice(0, MOST_SHOWN).join("")} …`;
}
