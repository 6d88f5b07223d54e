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
import { isTrack } from "./take.js";
import type { Trouble, Which } from "./trouble.js";
import "./devices.css";

interface Props {
  readonly choice: DeviceChoice;
  readonly preview: Preview;
  /** What is opened to be tried; during a call the microphone only, as the call shows the camera. */
  readonly tries: readonly Which[];
  /** The visitor, for the place of a picture that is off. */
  readonly name: string;
  /** Hear of what was chosen; it is remembered already. */
  onChosen?(kind: Kind, id: string | undefined): void;
}

/** Opens `tries` while it is on the screen. */
export function DevicePanel({ choice, preview, tries, name, onChosen }: Props): ReactNode {
  const say = useText();
  const tried = useSyncExternalStore(preview.subscribe, preview.snapshot);
  const wanted = tries.join();
  useEffect(() => {
    preview.open(tries);
  }, [preview, wanted]);
  useEffect(() => preview.close, [preview]);
  const chosen = onChosen === undefined ? {} : { onChosen };
  const microphone = isTrack(slotTrack(tried.microphone)) ? (tried.microphone as MediaStreamTrack) : null;
  return (
    <div className="devices" data-testid="devices">
      {tries.includes("camera") || onChosen === undefined ? <Picture slot={tried.camera} name={name} /> : null}
      {troubled(tried.camera) && <DeviceTrouble which="camera" trouble={tried.camera} onRetry={preview.retry} />}
      {troubled(tried.microphone) ? (
        <DeviceTrouble which="microphone" trouble={tried.microphone} onRetry={preview.retry} />
      ) : (
        <div className="hearing">
          <Meter track={microphone} />
          <p className="soft hint">{say("levelHint")}</p>
        </div>
      )}
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
    </div>
  );
}

function slotTrack(slot: Slot): MediaStreamTrack | undefined {
  return typeof slot === "object" ? slot : undefined;
}

function troubled(slot: Slot): slot is Trouble {
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
