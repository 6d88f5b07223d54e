/** Whose page this is: the product, the visitor and their connection, the colours. */

import { Monitor, Moon, Sun } from "lucide-react";
import type { ReactNode } from "react";
import { Button, Round } from "../controls/Button.js";
import { useText } from "../texts/texts.js";
import type { Place } from "../journey/journey.js";
import { useTheme } from "./theme.js";

const THEMES = {
  system: { icon: Monitor, text: "themeSystem" },
  light: { icon: Sun, text: "themeLight" },
  dark: { icon: Moon, text: "themeDark" },
} as const;

const STATES = { connecting: "connecting", online: "online", reconnecting: "offline", offline: "offline" } as const;

export function Header({ place, onLeave }: { readonly place: Place; onLeave(): void }): ReactNode {
  const say = useText();
  const [theme, nextTheme] = useTheme();
  const { name, connection, screen } = place;
  const { icon, text } = THEMES[theme];
  return (
    <header className="top">
      <span className="brand">Ringway</span>
      {name !== null && connection.state !== "none" && (
        <p className="me" data-testid="me">
          <span className="dot" data-state={connection.state} data-testid="dot" />
          <span className="unseen" data-testid="connection">
            {say(STATES[connection.state])}
          </span>
          <bdi data-testid="my-name">{name}</bdi>
          {screen.at === "lobby" && (
            <Button as="link" testid="leave" onPress={onLeave}>
              {say("changeName")}
            </Button>
          )}
        </p>
      )}
      <Round icon={icon} label={say(text)} as="tool" testid="theme" onPress={nextTheme} />
    </header>
  );
}
