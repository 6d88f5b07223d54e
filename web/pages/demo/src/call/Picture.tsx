/** A moving picture. */

import { useEffect, useRef } from "react";

interface Props {
  readonly stream: MediaStream;
  readonly label: string;
  readonly testid: string;
  readonly isMirrored?: boolean;
}

export function Picture({ stream, label, testid, isMirrored = false }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const { current } = video;
    if (current === null) return;
    current.srcObject = stream;
    // A picture without sound may always begin; what ends it at once is a change that brings another.
    current.play().catch(() => undefined);
    return () => {
      current.srcObject = null;
    };
  }, [stream]);
  return <video ref={video} autoPlay playsInline muted aria-label={label} data-testid={testid} data-mirrored={isMirrored} />;
}
