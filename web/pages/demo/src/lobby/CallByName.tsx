/** Call somebody whose name one knows, whether they are in the list or not. */

import { Phone, Video } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { Form } from "react-aria-components";
import type { Way } from "../journey/journey.js";
import { Button } from "../controls/Button.js";
import { Field } from "../controls/Field.js";
import { useText } from "../texts/texts.js";
import { identityOf } from "../people/names.js";

interface Props {
  readonly self: string | null;
  readonly canCall: boolean;
  onCall(identity: string, who: string, way: Way): void;
}

export function CallByName({ self, canCall, onCall }: Props): ReactNode {
  const say = useText();
  const [whom, setWhom] = useState("");
  const [trouble, setTrouble] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const call = (video: boolean): void => {
    const identity = identityOf(whom);
    const wrong = identity === null ? say("whomMissing") : identity === self ? say("whomSelf") : null;
    setTrouble(wrong);
    if (identity === null || wrong !== null) field.current?.focus();
    else if (canCall) onCall(identity, whom.trim(), { audio: true, video });
  };
  return (
    <Form
      data-testid="call-form"
      onSubmit={(event) => {
        event.preventDefault();
        call(false);
      }}
    >
      <h2 id="by-name-title">{say("byNameTitle")}</h2>
      <Field
        label={say("whomLabel")}
        value={whom}
        onChange={(value) => {
          setWhom(value);
          setTrouble(null);
        }}
        trouble={trouble}
        testid="whom"
        errorTestid="call-error"
        autoCapitalize="none"
        inputRef={field}
      />
      <div className="row">
        <Button icon={Phone} as="main" type="submit" testid="call-audio" isDisabled={!canCall}>
          {say("callAudio")}
        </Button>
        <Button icon={Video} as="main" testid="call-video" isDisabled={!canCall} onPress={() => call(true)}>
          {say("callVideo")}
        </Button>
      </div>
    </Form>
  );
}
