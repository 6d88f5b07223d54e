import { ApplicationErrorCode } from "ringway-rtc";
import { describe, expect, it } from "vitest";
import { noticesOf } from "../../src/call/notices.js";
import { people } from "../../src/call/seats.js";
import { type Arrival, begin, next, type News, OTHER, type View } from "../../src/call/view.js";
import { dice } from "./dice.js";

const stream = (): MediaStream => ({}) as MediaStream;
const someone = (id: string, more: Partial<Arrival> = {}): Arrival => ({ id, identity: `of-${id}`, name: `Name ${id}`, isMuted: false, isAway: false, ...more });

const room = (...news: News[]): View =>
  news.reduce(next, begin({ kind: "room", title: "standup", phase: "connecting", me: "Dana", isMuted: false, hasChat: true }));
const live = (...ids: string[]): News => ({ t: "live", at: 1_000, sound: stream(), people: ids.map((id) => someone(id)) });
const kinds = (view: View): string[] => noticesOf(view).map(({ kind }) => kind);

describe("a view", () => {
  it("tells the phases in their order, and never goes back from talking", () => {
    const ringing = room({ t: "phase", phase: "ringing" });
    expect(ringing.phase).toBe("ringing");
    expect(next(next(ringing, live()), { t: "phase", phase: "ringing" }).phase).toBe("live");
  });

  it("counts from when talking began, also after a second joining", () => {
    expect(next(room(live("a")), { ...live("a"), at: 9_000 } as News).since).toBe(1_000);
  });

  it("takes somebody who comes twice once, and as they are now", () => {
    const view = room(live("a"), { t: "came", person: someone("a", { isMuted: true }) });
    expect(people(view.seats)).toMatchObject([{ id: "a", isMuted: true }]);
  });

  it("keeps places while somebody shares", () => {
    const before = room(live("a", "b", "c"));
    const after = next(before, { t: "screen", id: "b", stream: stream() });
    expect(after.seats.map((person) => person?.id)).toEqual(before.seats.map((person) => person?.id));
    expect(after.screens).toEqual(["b"]);
  });

  it("shows who began to share last, and the one before when they stop or leave", () => {
    const both = room(live("a", "b"), { t: "screen", id: "b", stream: stream() }, { t: "screen", id: "a", stream: stream() });
    expect(both.screens).toEqual(["b", "a"]);
    expect(next(both, { t: "left", id: "a" }).screens).toEqual(["b"]);
    expect(next(both, { t: "screen", id: "a", stream: null }).screens).toEqual(["b"]);
  });

  it("lets nobody talk who is muted or away", () => {
    const talking = room(live("a"), { t: "changed", id: "a", to: { isTalking: true } });
    for (const to of [{ isMuted: true }, { isAway: true }]) {
      expect(people(next(talking, { t: "changed", id: "a", to }).seats)).toMatchObject([{ isTalking: false }]);
    }
  });

  it("ignores news of people it does not know", () => {
    const view = room(live("a"));
    expect(next(view, { t: "changed", id: "b", to: { isTalking: true } })).toBe(view);
    expect(next(view, { t: "screen", id: "b", stream: stream() }).screens).toEqual([]);
  });

  it("stands still once it has ended", () => {
    const over = next(room(live("a")), { t: "ended", errorCode: ApplicationErrorCode.NORMAL_HANGUP, duration: 3 });
    expect(next(over, { t: "left", id: "a" })).toBe(over);
    expect(over.ended).toEqual({ errorCode: ApplicationErrorCode.NORMAL_HANGUP, duration: 3 });
  });
});

describe("a notice", () => {
  it("says that the browser's own button has ended sharing, and not when it was asked for", () => {
    const sharing = room(live("a"), { t: "my-screen", stream: stream() });
    expect(kinds(next(sharing, { t: "my-screen", stream: null }))).toEqual(["share-ended"]);
    const asked = next(next(sharing, { t: "pending", act: "screen", on: true }), { t: "my-screen", stream: null });
    expect(kinds(asked)).toEqual([]);
  });

  it("of talking while muted comes only then, and goes with the mute", () => {
    expect(kinds(room(live(), { t: "hint", hint: "muted-talk" }))).toEqual([]);
    const muted = room(live(), { t: "me", to: { isMuted: true } }, { t: "hint", hint: "muted-talk" });
    expect(kinds(muted)).toEqual(["muted-talk"]);
    expect(kinds(next(muted, { t: "me", to: { isMuted: false } }))).toEqual([]);
  });

  it("names whose network is poor, unless it is one's own", () => {
    const others = room(live("a", "b", "c"), { t: "changed", id: "b", to: { network: 2 } }, { t: "changed", id: "c", to: { network: 1 } });
    expect(noticesOf(others)).toEqual([{ kind: "other-weak", who: ["Name b", "Name c"] }]);
    expect(kinds(next(others, { t: "me", to: { network: 2 } }))).toEqual(["weak"]);
    expect(kinds(next(others, { t: "me", to: { network: 3 } }))).toEqual(["other-weak"]);
  });

  it("of a lost connection counts from its beginning and is alone", () => {
    const lost = room(live("a"), { t: "me", to: { network: 1 } }, { t: "lost", at: 5_000 }, { t: "lost", at: 7_000 });
    expect(noticesOf(lost)).toEqual([{ kind: "lost", since: 5_000 }]);
    expect(kinds(next(lost, { t: "found" }))).toEqual(["weak"]);
  });

  it("says in a call between two that the other side is lost", () => {
    const call = [live(OTHER), { t: "changed", id: OTHER, to: { isAway: true } } as const].reduce<View>(
      next,
      begin({ kind: "call", title: "Ruby", phase: "calling", me: "Dana", isMuted: false, hasChat: false }),
    );
    expect(noticesOf(call)).toEqual([{ kind: "other-lost", who: `Name ${OTHER}` }]);
  });

  it("of a failure stays until it is read", () => {
    const failed = room(live(), { t: "failed", act: "device", code: "DEVICE_FORBIDDEN" }, { t: "failed", act: "camera", code: "DEVICE_FORBIDDEN" });
    expect(noticesOf(failed)).toEqual([{ kind: "trouble", act: "camera", code: "DEVICE_FORBIDDEN" }]);
    expect(kinds(next(failed, { t: "dismiss" }))).toEqual([]);
  });
});

describe("whatever happens", () => {
  const PEOPLE = ["a", "b", "c", "d", "e", "f", "g"];

  function chance(roll: (sides: number) => number): News {
    const id = PEOPLE[roll(PEOPLE.length)] as string;
    const some = roll(2) === 0 ? stream() : null;
    const on = roll(2) === 0;
    const all: News[] = [
      { t: "came", person: someone(id, { isMuted: on }) },
      { t: "came", person: someone(id, { isAway: on }) },
      { t: "left", id },
      { t: "changed", id, to: { camera: some } },
      { t: "changed", id, to: { isTalking: on } },
      { t: "changed", id, to: { isMuted: on } },
      { t: "changed", id, to: { network: ((roll(5) + 1) as 1 | 2 | 3 | 4 | 5) } },
      { t: "screen", id, stream: some },
      { t: "me", to: { camera: some, isMuted: on } },
      { t: "me", to: { isTalking: on } },
      { t: "my-screen", stream: some },
      { t: "pending", act: "camera", on },
      { t: "failed", act: "camera", code: "MEDIA_ERROR" },
      { t: "lost", at: roll(1_000) },
      { t: "found" },
      { t: "hint", hint: "muted-talk" },
      { t: "dismiss" },
      live(...PEOPLE.slice(roll(7))),
      { t: "chat", open: on },
      { t: "text", text: { key: `k${roll(1e6)}`, from: id, only: undefined, text: "hello", at: 1 } },
    ];
    return all[roll(all.length)] as News;
  }

  /** The promises that a view breaks after these news. */
  function broken(before: View, news: News, view: View): string[] {
    const there = people(view.seats);
    const ids = there.map(({ id }) => id);
    const sharing = there.filter(({ screen }) => screen !== null).map(({ id }) => id);
    const promises: Record<string, boolean> = {
      "no tile twice": new Set(ids).size === ids.length,
      "places are stable": news.t === "left" || before.seats.every((person, place) => person === null || view.seats[place]?.id === person.id),
      "who stays keeps the order": people(before.seats).filter(({ id }) => ids.includes(id)).every(({ id }, at) => ids.filter((each) => people(before.seats).some((was) => was.id === each))[at] === id),
      "exactly those present who share": [...view.screens].sort().join() === sharing.sort().join(),
      "nobody talks who can't be heard": !there.some(({ isTalking, isMuted, isAway }) => isTalking && (isMuted || isAway)),
      "nor oneself": !(view.me.isTalking && view.me.isMuted),
      "nothing pends twice": new Set(view.me.pending).size === view.me.pending.length,
      "no notice twice": new Set(kinds(view)).size === kinds(view).length,
      "what is read is not unread": !(view.chat?.isOpen === true && view.chat.unread > 0),
    };
    return Object.keys(promises).filter((promise) => promises[promise] === false);
  }

  it("a view keeps its promises", () => {
    for (const seed of dice.seeds(3_000)) {
      const roll = dice.from(seed);
      let view = room(live());
      for (let step = 0; step < 40; step += 1) {
        const before = view;
        const news = chance(roll);
        view = next(before, news);
        const found = broken(before, news, view);
        if (found.length > 0) expect.fail(`seed ${seed}, step ${step}, ${JSON.stringify(news)}: ${found.join(", ")}`);
      }
    }
  });
});
