/** Why something is no name of a room, in words. */

import { useText } from "../texts/texts.js";
import { roomTrouble } from "./rooms.js";

/** Null for a good name. */
export function useRoomSentence(): (name: string) => string | null {
  const say = useText();
  return (name) => {
    const trouble = roomTrouble(name);
    if (trouble === null) return null;
    if (trouble.why === "long") return say("roomLong", { count: trouble.count, most: trouble.most });
    return say(trouble.why === "short" ? "roomShort" : "roomSigns");
  };
}
