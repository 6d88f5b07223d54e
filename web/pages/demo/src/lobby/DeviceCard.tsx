/** Microphone and camera in the lobby: closed until somebody wants to try them. */

import { Settings2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "../controls/Button.js";
import type { DeviceChoice } from "../devices/choice.js";
import { DevicePanel } from "../devices/DevicePanel.js";
import type { Preview } from "../devices/preview.js";
import { useText } from "../texts/texts.js";

interface Props {
  readonly choice: DeviceChoice;
  readonly preview: Preview;
  readonly name: string;
}

export function DeviceCard({ choice, preview, name }: Props): ReactNode {
  const say = useText();
  const [isOpen, setOpen] = useState(false);
  return (
    <section className="card" aria-labelledby="devices-title">
      <h2 id="devices-title">{say("devices")}</h2>
      {isOpen && <DevicePanel choice={choice} preview={preview} tries={["microphone", "camera"]} name={name} />}
      <Button icon={Settings2} testid="devices-try" onPress={() => setOpen(!isOpen)}>
        {say(isOpen ? "devicesStop" : "devicesTry")}
      </Button>
    </section>
  );
}
