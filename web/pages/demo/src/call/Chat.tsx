/** The texts beside a call: read, and written to all or to one. */

import { Check, CircleAlert, Clock, SendHorizontal } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { Button } from "react-aria-components";
import { type Say, useText } from "../texts/texts.js";
import { type Chat as Texts, roomLeft, type Text } from "./chat.js";
import type { Conversation } from "./conversation.js";
import { people } from "./seats.js";
import type { View } from "./view.js";

interface Props {
  readonly view: View;
  readonly conversation: Conversation;
}

/** How far from the end of the texts somebody is said to read the newest, in px. */
const AT_THE_END = 80;

export function Chat({ view, conversation }: Props) {
  const say = useText();
  useEffect(() => {
    conversation.openChat(true);
    return () => conversation.openChat(false);
  }, [conversation]);
  if (view.chat === null) return <p className="soft">{say("chatNone")}</p>;
  return (
    <div className="chat" data-testid="chat">
      <Log chat={view.chat} />
      <Write view={view} conversation={conversation} />
    </div>
  );
}

function Log({ chat }: { readonly chat: Texts }) {
  const say = useText();
  const log = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const { current } = log;
    if (current !== null && isAtEnd.current) current.scrollTop = current.scrollHeight;
  }, [chat.texts]);
  return (
    <div
      ref={log}
      className="log"
      role="log"
      aria-label={say("chatLog")}
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < AT_THE_END;
      }}
    >
      {chat.texts.length === 0 && <p className="soft">{say("chatEmpty")}</p>}
      {chat.texts.map((text) => (
        <Entry key={text.key} text={text} />
      ))}
    </div>
  );
}

function Entry({ text }: { readonly text: Text }) {
  const say = useText();
  const { from, only, text: words, at, fate } = text;
  const time = new Date(at);
  const whom = only === undefined ? null : only === null ? say("chatOnlyYou") : say("chatOnly", { who: only });
  const Icon = { waiting: Clock, delivered: Check, failed: CircleAlert }[fate];
  return (
    <article className="text" data-testid="text" data-mine={from === null}>
      <header>
        <strong>{from ?? say("chatYou")}</strong> {whom !== null && <em>{whom}</em>}{" "}
        <time dateTime={time.toISOString()}>{time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}</time>
      </header>
      {/* As it was written: nothing in it is markup, and no address in it is a link. */}
      <p dir="auto" className="words" data-testid="text-words">
        {words}
      </p>
      {from === null && (
        <p className="fate" data-testid="fate" data-fate={fate}>
          <Icon size={14} aria-hidden="true" /> {fateOf(text, say)}
        </p>
      )}
    </article>
  );
}

function fateOf({ fate, code, only }: Text, say: Say): string {
  if (fate === "waiting") return say("chatWaiting");
  if (fate === "delivered") return say("chatDelivered");
  switch (code) {
    case "TOO_LONG":
      return say("chatTooLong");
    case "TOO_FAST":
      return say("chatTooFast");
    case "NOBODY":
      return say("chatNobody", { who: only ?? "" });
    case "NOT_JOINED":
      return say("chatOver");
    case "MALFORMED":
      return say("chatMalformed");
    default:
      return say("chatFailed");
  }
}

interface Addressee {
  readonly identity: string;
  readonly name: string;
}

function Write({ view, conversation }: Props) {
  const say = useText();
  const [text, setText] = useState("");
  const [to, setTo] = useState<Addressee | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const label = useId();
  const room = useId();
  useEffect(() => field.current?.focus({ preventScroll: true }), []);
  const there = addressees(view);
  const isGone = to !== null && !there.some(({ identity }) => identity === to.identity);
  const left = roomLeft(text);
  const canSend = text.trim() !== "" && (left === null || left >= 0);
  const send = (event?: FormEvent): void => {
    event?.preventDefault();
    if (!canSend) return;
    conversation.say(text, to?.identity);
    setText("");
    field.current?.focus();
  };
  const press = (event: KeyboardEvent): void => {
    // Enter may end a word that is still being composed.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form className="write" onSubmit={send}>
      {view.kind === "room" && (
        <label className="to">
          <span>{say("chatTo")}</span>
          <select
            data-testid="chat-to"
            value={to?.identity ?? ""}
            onChange={({ target }) => setTo(there.find(({ identity }) => identity === target.value) ?? null)}
          >
            <option value="">{say("chatToAll")}</option>
            {/* Whoever has left stays chosen: what was meant for one is never sent to all. */}
            {isGone && <option value={to.identity}>{say("chatGone", { who: to.name })}</option>}
            {there.map(({ identity, name }) => (
              <option key={identity} value={identity}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <div className="row">
        <label className="unseen" htmlFor={label}>
          {say("chatWrite")}
        </label>
        <textarea
          id={label}
          ref={field}
          rows={2}
          dir="auto"
          data-testid="chat-text"
          placeholder={say("chatWrite")}
          value={text}
          aria-describedby={room}
          aria-invalid={left !== null && left < 0}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={press}
        />
        <Button type="submit" className="round main" aria-label={say("chatSend")} data-testid="chat-send" isDisabled={!canSend}>
          <SendHorizontal className="flips" size={20} aria-hidden="true" />
        </Button>
      </div>
      <p id={room} role="status" className="left" data-testid="chat-left">
        {left === null ? "" : left < 0 ? say("chatTooMuch", { bytes: -left }) : say("chatRoomLeft", { bytes: left })}
      </p>
    </form>
  );
}

/** Each identity once: a text to one goes to all their devices. */
function addressees({ seats }: View): Addressee[] {
  const names = new Map(people(seats).map(({ identity, name }) => [identity, name]));
  return [...names].map(([identity, name]) => ({ identity, name }));
}
