/** A link for others: to read, to copy, to scan. */

import type { ReactNode } from "react";
import { Copy } from "../controls/Copy.js";
import { useText } from "../texts/texts.js";
import { isLocal } from "./link.js";
import { Qr } from "./Qr.js";
import "./sharing.css";

interface Props {
  readonly link: string;
  /** What the link leads to, e.g. "Link to the room". */
  readonly label: string;
}

export function ShareLink({ link, label }: Props): ReactNode {
  const say = useText();
  const local = isLocal(link);
  return (
    <div className="sharing" data-testid="sharing">
      {!local && <Qr text={link} label={say("shareQr", { link })} />}
      <div className="link-text">
        <p className="soft hint">{label}</p>
        <p>
          <a href={link} target="_blank" rel="noreferrer" data-testid="share-link" dir="ltr">
            {link}
          </a>
        </p>
        <Copy text={link} testid="share-copy">
          {say("shareCopy")}
        </Copy>
        <p className="soft hint">{local ? say("shareLocal") : say("shareScan")}</p>
      </div>
    </div>
  );
}
