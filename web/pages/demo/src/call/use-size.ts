/** How large an element is on the screen, in px. */

import { type RefObject, useEffect, useRef, useState } from "react";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export function useSize<E extends Element>(): [RefObject<E | null>, Size] {
  const element = useRef<E>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const watched = useRef<Element>(null);
  const observer = useRef<ResizeObserver>(null);
  // What carries the reference may come later, or be replaced.
  useEffect(() => {
    if (element.current === watched.current) return;
    observer.current?.disconnect();
    watched.current = element.current;
    if (element.current === null) return;
    observer.current = new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      const { width, height } = entry.contentRect;
      setSize({ width, height });
    });
    observer.current.observe(element.current);
  });
  useEffect(() => () => observer.current?.disconnect(), []);
  return [element, size];
}
