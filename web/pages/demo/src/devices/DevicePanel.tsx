/** Microphone, camera and speaker: tried, measured and chosen, before a call or during it. */

import { Volume2 } from "lucide-react";
import { type ReactNode, useEffect, useRef, useSyncExternalStore } from "react";
import { Button } from "../controls/Button.js";
import { Face } from "../controls/Face.js";
import { useText } from "../texts/texts.js";
import type { DeviceChoice, Kind } from "./choice.js";
import { DeviceTrouble } from "./DeviceTrouble.js";
import { Meter } from "./Meter.js";
import { Picker } from "./Picker.js";
import type { Preview, Slot } from "./preview.js";
import { chime } from "./chime.js";
import type { Trouble, Which } from "./trouble.js";
import "./devices.css";

interface LookProps {
  readonly preview: Preview;
  /** What is opened to be tried; during a call the microphone only, as the call shows the camera. */
  readonly tries: readonly Which[];
  /** The visitor, for the place of a picture that is off; absent where no picture has a place. */
  readonly name?: string;
}

interface PickersProps {
  readonly choice: DeviceChoice;
  /** Hear of what was chosen; it is remembered already. */
  onChosen?(kind: Kind, id: string | undefined): void;
}

/** All of it, in one column. */
export function DevicePanel({ choice, onChosen, ...look }: LookProps & PickersProps): ReactNode {
  return (
    <div className="devices" data-testid="devices">
      <Look {...look} />
      <Pickers choice={choice} {...(onChosen === undefined ? {} : { onChosen })} />
    </div>
  );
}

/** How one is seen and heard. Opens `tries` while it is on the screen. */
export function Look({ preview, tries, name }: LookProps): ReactNode {
  const say = useText();
  const tried = useSyncExternalStore(preview.subscribe, preview.snapshot);
  const wanted = tries.join();
  useEffect(() => {
    preview.open(tries);
  }, [preview, wanted]);
  useEffect(() => preview.close, [preview]);
  return (
    <>
      {name !== undefined && <Picture slot={tried.camera} name={name} />}
      {isTrouble(tried.camera) && <DeviceTrouble which="camera" trouble={tried.camera} onRetry={preview.retry} />}
      {isTrouble(tried.microphone) ? (
        <DeviceTrouble which="microphone" trouble={tried.microphone} onRetry={preview.retry} />
      ) : (
        <div className="hearing">
          <Meter track={slotTrack(tried.microphone) ?? null} />
          <p className="soft hint">{say("levelHint")}</p>
        </div>
      )}
    </>
  );
}

/** Which microphone, camera and speaker. */
export function Pickers({ choice, onChosen }: PickersProps): ReactNode {
  const say = useText();
  const chosen = onChosen === undefined ? {} : { onChosen };
  return (
    <>
      <Picker kind="microphone" choice={choice} {...chosen} />
      <Picker kind="camera" choice={choice} {...chosen} />
      {choice.canChooseSpeaker && choice.lists.speaker.length > 0 && (
        <div className="speaker">
          <Picker kind="speaker" choice={choice} {...chosen} />
          <Button icon={Volume2} testid="speaker-test" onPress={() => void chime(choice.speaker)}>
            {say("speakerTest")}
          </Button>
        </div>
      )}
    </>
  );
}

function slotTrack(slot: Slot): MediaStreamTrack | undefined {
  return typeof slot === "object" ? slot : undefined;
}

function isTrouble(slot: Slot): slot is Trouble {
  return typeof slot === "string" && slot !== "off" && slot !== "opening";
}

function Picture({ slot, name }: { readonly slot: Slot; readonly name: string }): ReactNode {
  const say = useText();
  const video = useRef<HTMLVideoElement>(null);
  const track = slotTrack(slot) ?? null;
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = track === null ? null : new MediaStream([track]);
  }, [track]);
  return (
    <div className="preview">
      <video ref={video} autoPlay playsInline muted hidden={track === null} aria-label={say("preview")} data-testid="preview" />
      {track === null && (
        <div className="preview-off">
          <Face name={name} size="large" />
          <p>{say(slot === "opening" ? "previewOpening" : "previewOff")}</p>
        </div>
      )}
    </div>
  );
}
