/** What stands beside a call: texts, devices, the link of a room, the keys. */

import { Keyboard, Link, type LucideIcon, MessageSquare, Settings2, X } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
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
  useEffect(() => {
    // The chat leads the focus to its field; the others begin at their tab.
    if (panel.current?.contains(document.activeElement) === true) return;
    panel.current?.querySelector<HTMLElement>("[role=tab][aria-selected=true]")?.focus({ preventScroll: true });
  }, [shown]);
  return (
    <aside
      ref={panel}
      className="panel"
      aria-label={say("panel")}
      data-testid="panel"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <Tabs keyboardActivation="manual" selectedKey={shown} onSelectionChange={(key: TabKey) => onShow(key as PanelName)}>
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
          <Button className="tool" aria-label={say("panelClose")} data-testid="panel-close" onPress={onClose}>
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
