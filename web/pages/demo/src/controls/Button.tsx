/** Buttons: with words, round with an icon and a tooltip, and as a link. */

import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Button as Pressable, ToggleButton, Tooltip, TooltipTrigger } from "react-aria-components";
import "./controls.css";

interface Common {
  readonly testid?: string;
  readonly isDisabled?: boolean;
  readonly autoFocus?: boolean;
  onPress?(): void;
}

interface ButtonProps extends Common {
  readonly children: ReactNode;
  readonly icon?: LucideIcon;
  /** What it is among others: the next step, one of several, or beside the way. */
  readonly as?: "main" | "plain" | "link";
  readonly type?: "button" | "submit";
  /** In place of the words, where they don't say enough by themselves. */
  readonly label?: string;
}

/** A button with words. */
export function Button({ children, icon: Icon, as = "plain", testid, type = "button", label, ...others }: ButtonProps): ReactNode {
  const kind = { main: "button main", plain: "button", link: "link" }[as];
  return (
    <Pressable
      className={kind}
      type={type}
      data-testid={testid}
      {...(label === undefined ? {} : { "aria-label": label })}
      {...others}
    >
      {Icon && <Icon size={20} aria-hidden />}
      <span>{children}</span>
    </Pressable>
  );
}

interface RoundProps extends Common {
  readonly icon: LucideIcon;
  readonly label: string;
  /** Green answers, red hangs up. */
  readonly as?: "plain" | "live" | "danger" | "tool";
}

/** A round button with an icon; its name is also its tooltip. */
export function Round({ icon: Icon, label, as = "plain", testid, ...others }: RoundProps): ReactNode {
  return (
    <TooltipTrigger delay={500} closeDelay={100}>
      <Pressable className={`round ${as}`} aria-label={label} data-testid={testid} {...others}>
        <Icon size={20} aria-hidden />
      </Pressable>
      <Tooltip className="tooltip" offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}

interface RoundToggleProps extends Omit<RoundProps, "onPress"> {
  readonly isOn: boolean;
  onChange(isOn: boolean): void;
}

/** A round button that is on or off: the icon and the name say which, too. */
export function RoundToggle({ icon: Icon, label, as = "plain", testid, isOn, ...others }: RoundToggleProps): ReactNode {
  return (
    <TooltipTrigger delay={500} closeDelay={100}>
      <ToggleButton className={`round ${as}`} aria-label={label} data-testid={testid} isSelected={isOn} {...others}>
        <Icon size={20} aria-hidden />
      </ToggleButton>
      <Tooltip className="tooltip" offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}
