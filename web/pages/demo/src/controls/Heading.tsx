/** The heading of a screen; takes the focus, so that reading goes on there. */

import { type ReactNode, useEffect, useRef } from "react";

interface Props {
  readonly children: ReactNode;
  readonly testid?: string;
  readonly id?: string;
  /** For screens whose next step is not another control. */
  readonly takesFocus?: boolean;
}

export function Heading({ children, testid, id, takesFocus = false }: Props): ReactNode {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takesFocus) heading.current?.focus({ preventScroll: true });
  }, [takesFocus]);
  return (
    <h1 ref={heading} id={id} tabIndex={-1} data-testid={testid} dir="auto">
      {children}
    </h1>
  );
}
