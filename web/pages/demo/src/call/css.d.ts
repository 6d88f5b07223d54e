/** Lets styles carry values for our own style sheets. */

import "react";

declare module "react" {
  interface CSSProperties {
    readonly [property: `--${string}`]: string | number | undefined;
  }
}
