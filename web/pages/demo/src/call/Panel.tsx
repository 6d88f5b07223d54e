/** What stands beside a call: texts, devices, the link of a room, the keys. */

import { Keyboard, Link, type LucideIcon, MessageSquare, Settings2, X } from "lucide-react";
import { type ReactNode, useEffect, useLayoutEffect, useRef } from "react";
import { Button, type Key as TabKey, Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { type Key, useText } from "../texts/texts.js";

export type PanelName = "chat" | "devices" | "link" | "keys";

const LOOKS: Record<PanelName, { icon: LucideIcon; text: Key & `tab${string}` }> = {
  chat: { icon: MessageSquare, text: "tabChat" },
  devices: { icon: Settings2, text: "tabDevices" },
  link: { icon: Link, text: "tabLink" },
  keys: { icon: Keyboard, text: "tabKeys" },
};

interface Props {
  readonly shown: PanelName;
  /** What there is, in this order. */
  readonly contents: Readonly<Partial<Record<PanelName, ReactNode>>>;
  onShow(name: PanelName): void;
  onClose(): void;
}

export function Panel({ shown, contents, onShow, onClose }: Props) {
  const say = useText();
  const panel = useRef<HTMLElement>(null);
  const names = Object.keys(contents) as PanelName[];
  // The chat leads the focus on to its field, after this.
  useLayoutEffect(() => panel.current?.focus({ preventScroll: true }), []);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      // A list that is open over the panel stands elsewhere in the page, and closes itself.
      if (event.key !== "Escape" || panel.current?.contains(document.activeElement) !== true) return;
      event.stopPropagation();
      close.current();
    };
    // Before anything within the panel takes the key for itself.
    window.addEventListener("keydown", press, true);
    return () => window.removeEventListener("keydown", press, true);
  }, []);
  return (
    <aside
      ref={panel}
      className="panel"
      tabIndex={-1}
      aria-label={say("panel")}
      data-testid="panel"
    >
      <Tabs className="frame" keyboardActivation="manual" selectedKey={shown} onSelectionChange={(key: TabKey) => onShow(key as PanelName)}>
        <div className="head">
          <TabList aria-label={say("panel")} className="tabs">
            {names.map((name) => {
              const { icon: Icon, text } = LOOKS[name];
              return (
                <Tab key={name} id={name} className="tab" data-testid={`tab-${name}`}>
                  <Icon size={20} aria-hidden="true" />
                  <span>{say(text)}</span>
                </Tab>
              );
            })}
          </TabList>
          <Button className="round tool" aria-label={say("panelClose")} data-testid="panel-close" onPress={onClose}>
            <X size={20} aria-hidden="true" />
          </Button>
        </div>
        {names.map((name) => (
          <TabPanel key={name} id={name} className="content">
            {contents[name]}
          </TabPanel>
        ))}
      </Tabs>
    </aside>
  );
}
