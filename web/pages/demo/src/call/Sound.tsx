/** The voices of a call, on the speaker that was chosen. */

import { useEffect, useRef } from "react";

interface Props {
  readonly stream: MediaStream;
  /** A device id; undefined as the system has it. */
  readonly speaker: string | undefined;
  /** A change of this number begins to play anew: a person has allowed it. */
  readonly allowed: number;
  onBlocked(): void;
  onSpeakerRefused(): void;
}

export function Sound({ stream, speaker, allowed, onBlocked, onSpeakerRefused }: Props) {
  const audio = useRef<HTMLAudioElement>(null);
  const tell = useRef({ onBlocked, onSpeakerRefused });
  tell.current = { onBlocked, onSpeakerRefused };
  useEffect(() => {
    const { current } = audio;
    if (current === null) return;
    if (current.srcObject !== stream) current.srcObject = stream;
    current.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "NotAllowedError") tell.current.onBlocked();
    });
  }, [stream, allowed]);
  useEffect(() => {
    const { current } = audio;
    if (current === null || !("setSinkId" in current)) return;
    if (current.sinkId === (speaker ?? "")) return;
    current.setSinkId(speaker ?? "").catch(() => tell.current.onSpeakerRefused());
  }, [speaker]);
  return <audio ref={audio} autoPlay data-testid="remote-audio" />;
}
