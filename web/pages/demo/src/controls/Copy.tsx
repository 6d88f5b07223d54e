/** A button that copies a text, and says what became of it. */

import { Check, Copy as CopyIcon } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useText } from "../texts/texts.js";
import { Button } from "./Button.js";

interface Props {
  readonly text: string;
  readonly children: ReactNode;
  readonly testid: string;
  readonly as?: "plain" | "main" | "link";
}

export function Copy({ text, children, testid, as = "plain" }: Props): ReactNode {
  const say = useText();
  const [done, setDone] = useState<"copied" | "failed" | null>(null);
  const copy = (): void => {
    // Only pages that came over https, or from this computer, may copy.
    const written = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
    written.then(
      () => setDone("copied"),
      () => setDone("failed"),
    );
  };
  return (
    <>
      <Button icon={done === "copied" ? Check : CopyIcon} as={as} testid={testid} onPress={copy}>
        {done === "copied" ? say("copied") : children}
      </Button>
      <span role="status" className={done === "failed" ? "error" : "unseen"}>
        {done === "copied" ? say("copied") : done === "failed" ? say("copyFailed") : ""}
      </span>
    </>
  );
}
