/** The first screen: a name, and an invitation where one is needed. */

import { type ReactNode, useEffect, useRef, useState } from "react";
import { Form } from "react-aria-components";
import { Button } from "../controls/Button.js";
import { Field } from "../controls/Field.js";
import { Heading } from "../controls/Heading.js";
import { identityOf, LONGEST_NAME, lengthOf } from "../people/names.js";
import { useRoomSentence } from "../people/room-sentence.js";
import { useText } from "../texts/texts.js";
import { useNow } from "../controls/now.js";
import type { Refusal } from "../journey/visit.js";

interface Props {
  readonly start: string;
  readonly room: string | null;
  /** A room of the address that can't be one. */
  readonly brokenRoom: string | null;
  readonly invitation: string | null;
  readonly refusal: Refusal | null;
  readonly isEntering: boolean;
  onEnter(name: string, invitation: string | null): void;
}

export function Entry({ start, room, brokenRoom, invitation, refusal, isEntering, onEnter }: Props): ReactNode {
  const say = useText();
  const sentence = useRefusalSentence();
  const roomSentence = useRoomSentence();
  const [name, setName] = useState(start);
  const [code, setCode] = useState(invitation ?? "");
  const [own, setOwn] = useState<Refusal | null>(null);
  const nameField = useRef<HTMLInputElement>(null);
  const codeField = useRef<HTMLInputElement>(null);
  const until = refusal?.why === "too-many" ? refusal.until : null;
  const now = useNow(until !== null);
  const isWaiting = until !== null && now < until;
  const shown = own ?? refusal;
  const isAboutCode = refusal?.why === "invitation-required" || refusal?.why === "invitation-unknown";
  const isAboutName = own !== null || ["name-missing", "name-long", "name-taken"].includes(refusal?.why ?? "");

  useEffect(() => {
    if (isEntering) return;
    (isAboutCode ? codeField : nameField).current?.focus({ preventScroll: true });
  }, [isEntering, isAboutCode]);

  const submit = (): void => {
    const written = name.trim().replace(/\s+/g, " ");
    const wrong = refusalOfName(written);
    setOwn(wrong);
    if (wrong !== null) nameField.current?.focus();
    else if (!isWaiting && !isEntering) onEnter(written, code.trim() === "" ? null : code.trim());
  };

  return (
    <section className="card" aria-labelledby="name-title" data-testid="name-screen">
      <Heading id="name-title">{say("nameTitle")}</Heading>
      <p className="soft">{room === null ? say("nameHint") : say("nameRoom", { room })}</p>
      {brokenRoom !== null && (
        <p className="error" role="alert" data-testid="room-broken">
          {say("roomBroken", { why: roomSentence(brokenRoom) ?? "" })}
        </p>
      )}
      <Form
        data-testid="name-form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field
          label={say("nameLabel")}
          value={name}
          onChange={(value) => {
            setName(value);
            setOwn(null);
          }}
          trouble={isAboutName && shown !== null ? sentence(shown, now) : null}
          testid="name"
          errorTestid="name-error"
          autoComplete="nickname"
          autoCapitalize="words"
          inputRef={nameField}
        />
        {(isAboutCode || (invitation === null && code !== "")) && (
          <Field
            label={say("invitationLabel")}
            value={code}
            onChange={setCode}
            trouble={isAboutCode && own === null && refusal !== null ? sentence(refusal, now) : null}
            testid="invitation"
            errorTestid="invitation-error"
            autoCapitalize="none"
            inputRef={codeField}
          />
        )}
        <p className="error" role="alert" data-testid="entry-error">
          {shown !== null && !isAboutName && !isAboutCode && (until === null || isWaiting) && sentence(shown, now)}
        </p>
        <Button as="main" type="submit" testid="enter" isDisabled={isWaiting}>
          {isEntering ? say("loading") : say("enter")}
        </Button>
      </Form>
    </section>
  );
}

/** What the server would refuse anyway; null for a good name. */
function refusalOfName(name: string): Refusal | null {
  const count = lengthOf(name);
  if (count > LONGEST_NAME) return { why: "name-long", count, most: LONGEST_NAME };
  return identityOf(name) === null ? { why: "name-missing" } : null;
}

function useRefusalSentence(): (refusal: Refusal, now: number) => string {
  const say = useText();
  return (refusal, now) => {
    switch (refusal.why) {
      case "name-missing":
        return say("nameMissing");
      case "name-long":
        return say("nameTooLong", { count: refusal.count, most: refusal.most });
      case "name-taken":
        return say("nameTaken");
      case "invitation-required":
        return say("invitationRequired");
      case "invitation-unknown":
        return say("invitationUnknown");
      case "off":
        return say("demoOff");
      case "too-many":
        return refusal.until === null
          ? say("tooMany")
          : say("tooManyUntil", { seconds: Math.max(1, Math.ceil((refusal.until - now) / 1_000)) });
      case "unreachable":
        return say("unreachable");
      case "insecure":
        return say("insecure");
      case "other":
        return say("refused", { text: refusal.text });
    }
  };
}
