/** One sentence about a device that can't be used, and one button that helps. */

import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../controls/Button.js";
import { useText } from "../texts/texts.js";
import { familyOf, type Trouble, type Which } from "./trouble.js";

const TEXTS = {
  microphone: { refused: "microphoneRefused", missing: "microphoneMissing", busy: "microphoneBusy", failed: "microphoneFailed" },
  camera: { refused: "cameraRefused", missing: "cameraMissing", busy: "cameraBusy", failed: "cameraFailed" },
} as const;

const ALLOW = { Chromium: "allowChromium", Firefox: "allowFirefox", Safari: "allowSafari", Other: "allowOther" } as const;

interface Props {
  readonly which: Which;
  readonly trouble: Trouble;
  /** Absent where another button tries again. */
  onRetry?(): void;
}

export function DeviceTrouble({ which, trouble, onRetry }: Props): ReactNode {
  const say = useText();
  return (
    <div className="device-trouble" data-testid={`${which}-trouble`} data-trouble={trouble}>
      <p role="status">
        <CircleAlert size={20} aria-hidden />
        <span>{say(TEXTS[which][trouble])}</span>
      </p>
      {trouble === "refused" && (
        <details>
          <summary data-testid={`${which}-allow`}>{say("howToAllow")}</summary>
          <p>{say(ALLOW[familyOf(navigator.userAgent)])}</p>
        </details>
      )}
      {onRetry !== undefined && (
        <Button testid={`${which}-retry`} onPress={onRetry}>
          {say("tryAgain")}
        </Button>
      )}
    </div>
  );
}
