/** Go to a room by its name. */

import { Users } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { Form } from "react-aria-components";
import { Button } from "../controls/Button.js";
import { Field } from "../controls/Field.js";
import { useText } from "../texts/texts.js";
import { useRoomSentence } from "../people/room-sentence.js";

interface Props {
  /** A broken name that the address has brought, to be corrected. */
  readonly start: string;
  onOpen(room: string): void;
}

export function OpenRoom({ start, onOpen }: Props): ReactNode {
  const say = useText();
  const sentence = useRoomSentence();
  const [room, setRoom] = useState(start);
  const [trouble, setTrouble] = useState(start === "" ? null : say("roomBroken", { why: sentence(start) ?? "" }));
  const field = useRef<HTMLInputElement>(null);
  return (
    <Form
      data-testid="room-form"
      onSubmit={(event) => {
        event.preventDefault();
        const name = room.trim();
        const wrong = sentence(name);
        setTrouble(wrong);
        if (wrong === null) onOpen(name);
        else field.current?.focus();
      }}
    >
      <h2 id="room-title">{say("roomTitle")}</h2>
      <p className="soft">{say("roomHint")}</p>
      <Field
        label={say("roomLabel")}
        value={room}
        onChange={(value) => {
          setRoom(value);
          setTrouble(null);
        }}
        trouble={trouble}
        testid="room"
        errorTestid="room-error"
        autoCapitalize="none"
        inputRef={field}
      />
      <div className="row">
        <Button icon={Users} type="submit" testid="room-open">
          {say("roomOpen")}
        </Button>
      </div>
    </Form>
  );
}
