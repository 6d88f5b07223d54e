/** Somebody calls: who, how, and what to do about it; with a sound and a title that blinks. */

import { BellOff, BellRing, Phone, PhoneOff, Video } from "lucide-react";
import type { IncomingWebrtcCall } from "ringway-rtc";
import { type ReactNode, useEffect, useState } from "react";
import { Button, Round } from "../controls/Button.js";
import { Face } from "../controls/Face.js";
import { Heading } from "../controls/Heading.js";
import { useText } from "../texts/texts.js";
import type { Journey } from "../journey/journey.js";
import { ring } from "../ringing/ring.js";
import { blink } from "../ringing/title.js";

interface Props {
  readonly call: IncomingWebrtcCall;
  readonly who: string;
  readonly journey: Journey;
  readonly isOpening: boolean;
}

export function Incoming({ call, who, journey, isOpening }: Props): ReactNode {
  const say = useText();
  const [isSilent, setSilent] = useState(false);
  const video = call.hasRemoteCameraVideo();
  useEffect(() => blink(say("incomingTitle", { who })), [who]);
  useEffect(() => (isSilent || isOpening ? undefined : ring("called")), [isSilent, isOpening]);
  const accept = (withVideo: boolean): void => void journey.wish({ to: "accept", way: { audio: true, video: withVideo } });
  return (
    <section className="card center" aria-labelledby="incoming-who incoming-how" data-testid="incoming-screen">
      <Face name={who} size="large" />
      <div role="alert">
        <Heading id="incoming-who" testid="incoming-who">
          {who}
        </Heading>
        <p className="soft" id="incoming-how" data-testid="incoming-how">
          {say(video ? "incomingVideo" : "incomingAudio")}
        </p>
      </div>
      <div className="answers">
        <Answer text={say("decline")}>
          <Round icon={PhoneOff} as="danger" label={say("decline")} testid="decline" onPress={() => journey.decline()} />
        </Answer>
        <Answer text={say("acceptAudio")}>
          <Round icon={Phone} as="live" label={say("acceptAudio")} testid="accept-audio" autoFocus={!video} isDisabled={isOpening} onPress={() => accept(false)} />
        </Answer>
        <Answer text={say("acceptVideo")}>
          <Round icon={Video} as="live" label={say("acceptVideo")} testid="accept-video" autoFocus={video} isDisabled={isOpening} onPress={() => accept(true)} />
        </Answer>
      </div>
      <Button as="link" icon={isSilent ? BellOff : BellRing} testid="silence" onPress={() => setSilent(!isSilent)}>
        {say(isSilent ? "silenced" : "silence")}
      </Button>
    </section>
  );
}

/** The words below a round button; the button has them as its name already. */
function Answer({ text, children }: { readonly text: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className="answer">
      {children}
      <span aria-hidden>{text}</span>
    </div>
  );
}
