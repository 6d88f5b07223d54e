/** A list of the devices of a kind; the browser's own, which is best on telephones. */

import { type ReactNode, useId } from "react";
import { useText } from "../texts/texts.js";
import type { DeviceChoice, Kind } from "./choice.js";

interface Props {
  readonly kind: Kind;
  readonly choice: DeviceChoice;
  onChosen?(kind: Kind, id: string | undefined): void;
}

export function Picker({ kind, choice, onChosen }: Props): ReactNode {
  const say = useText();
  const id = useId();
  const label = say(kind);
  const devices = choice.lists[kind];
  const choose = (value: string): void => {
    const chosen = value === "" ? undefined : value;
    choice.choose(kind, chosen);
    onChosen?.(kind, chosen);
  };
  return (
    <div className="picker">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={choice[kind] ?? ""} onChange={({ target }) => choose(target.value)} data-testid={`${kind}-picker`}>
        <option value="">{say("deviceDefault")}</option>
        {devices.map((device, index) => (
          <option key={device.id} value={device.id}>
            {device.label || say("deviceNameless", { kind: label, number: index + 1 })}
          </option>
        ))}
      </select>
    </div>
  );
}
