import { describe, expect, it } from "vitest";
import {
  BEGINNING,
  CHECKED_WITHIN,
  FIRST_REST,
  type Input,
  LONGEST_REST,
  MOST_RESTARTS,
  OPENED_WITHIN,
  type Output,
  RESTART_EVERY,
  SHAKY_FOR,
  type State,
  step,
} from "../src/media/recovery.js";

/** A machine with a clock that is moved by hand, and what it has decided. */
class Bench {
  state: State = BEGINNING;
  now = 100_000;
  readonly done: string[] = [];

  constructor(auto: boolean) {
    this.take({ is: "auto", auto }, { is: "answered", generation: 1 }, { is: "path", path: "UP" });
  }

  take(...inputs: Input[]): this {
    for (const input of inputs) {
      const [state, outputs] = step(this.state, input, this.now);
      this.state = state;
      this.done.push(...outputs.map(word));
    }
    return this;
  }

  wait(milliseconds: number): this {
    const end = this.now + milliseconds;
    while (this.state.due !== undefined && this.state.due <= end) {
      this.now = this.state.due;
      this.take({ is: "time" });
    }
    this.now = end;
    return this;
  }

  /** What was decided since this was asked last. */
  news(): string[] {
    return this.done.splice(0);
  }
}

function word(output: Output): string {
  if (output.do === "open") return `open ${output.generation}`;
  return output.do === "tell" ? output.what : output.do;
}

const UP: Input = { is: "path", path: "UP" };
const SHAKY: Input = { is: "path", path: "SHAKY" };
const DOWN: Input = { is: "path", path: "DOWN" };
const LINE_LOST: Input = { is: "line", up: false };
const LINE_BACK: Input = { is: "line", up: true };
const RESTARTED: Input = { is: "restarted" };
const MOVED: Input = { is: "moved" };

describe("an interrupted path", () => {
  it("is left alone for a second", () => {
    const bench = new Bench(true).take(SHAKY).wait(SHAKY_FOR - 1);
    expect(bench.news()).toEqual([]);
    expect(bench.take(UP).wait(60_000).news()).toEqual([]);
  });

  it("begins ICE anew, and the call tells both ends of it once", () => {
    const bench = new Bench(true).take(SHAKY).wait(SHAKY_FOR);
    expect(bench.news()).toEqual(["RECONNECTING", "look", "restart"]);
    expect(bench.take(RESTARTED, UP).wait(60_000).news()).toEqual(["RECONNECTED"]);
  });

  it("begins ICE anew at once when it has failed", () => {
    expect(new Bench(true).take(DOWN).news()).toEqual(["RECONNECTING", "look", "restart"]);
  });

  it("asks again every two seconds, and makes another pipe when nothing comes of it", () => {
    const bench = new Bench(true).take(DOWN).wait(RESTART_EVERY * (MOST_RESTARTS - 1));
    expect(bench.news()).toEqual(["RECONNECTING", "look", "restart", "restart", "restart"]);
    expect(bench.wait(RESTART_EVERY).news()).toEqual(["open 2"]);
  });

  it("makes another pipe five seconds after the answer, or as soon as the checks fail", () => {
    const bench = new Bench(true).take(SHAKY).wait(SHAKY_FOR).take(RESTARTED);
    bench.news();
    expect(bench.wait(CHECKED_WITHIN - 1).news()).toEqual([]);
    expect(bench.wait(1).news()).toEqual(["open 2"]);
    const other = new Bench(true).take(SHAKY).wait(SHAKY_FOR).take(RESTARTED, DOWN);
    expect(other.news().at(-1)).toBe("open 2");
  });

  it("makes another pipe when the house refuses to begin ICE anew", () => {
    const bench = new Bench(true).take(DOWN, { is: "refused", what: "RESTART" });
    expect(bench.news().at(-1)).toBe("open 2");
  });

  it("is not ours to repair without the application's word", () => {
    const bench = new Bench(false).take(SHAKY).wait(60_000).take(DOWN, MOVED, LINE_LOST, LINE_BACK).wait(60_000);
    expect(bench.news()).toEqual([]);
  });

  it("is the end of a call whose media has never flowed", () => {
    const [state, outputs] = step(BEGINNING, DOWN, 0);
    expect(outputs).toEqual([{ do: "fail" }]);
    expect(step(state, UP, 0)).toEqual([state, []]);
  });
});

describe("another pipe", () => {
  it("is made at once when the house has lost one, whoever repairs", () => {
    for (const auto of [true, false]) {
      const bench = new Bench(auto).take({ is: "lost", generation: 2 });
      expect(bench.news()).toEqual(["RECONNECTING", "look", "open 2"]);
      expect(bench.take(UP).news()).toEqual(["RECONNECTED"]);
    }
  });

  it("has the generation that the house asks for", () => {
    expect(new Bench(true).take({ is: "lost", generation: 5 }).news().at(-1)).toBe("open 5");
    expect(new Bench(true).take({ is: "lost", generation: 1 }).news()).toEqual([]);
  });

  it("is followed by others with rests of 1, 2, 4, 4 s when it is in vain", () => {
    const bench = new Bench(true).take({ is: "lost", generation: 2 });
    bench.news();
    for (const [at, rest] of [FIRST_REST, 2 * FIRST_REST, LONGEST_REST, LONGEST_REST].entries()) {
      expect(bench.take({ is: "broken" }).wait(rest - 1).news()).toEqual([]);
      expect(bench.wait(1).news()).toEqual([`open ${at + 3}`]);
    }
    expect(bench.wait(OPENED_WITHIN + LONGEST_REST).news()).toEqual(["open 7"]);
    expect(bench.take(UP, { is: "lost", generation: 8 }).news()).toEqual(["RECONNECTED", "RECONNECTING", "look", "open 8"]);
  });

  it("is asked for again with its own number when the house refuses it", () => {
    const bench = new Bench(true).take({ is: "lost", generation: 2 }, { is: "refused", what: "PIPE" });
    expect(bench.wait(FIRST_REST).news().at(-1)).toBe("open 2");
  });

  it("of a call that rings is made without a word", () => {
    const [state, outputs] = step({ ...BEGINNING, generation: 1, next: 2 }, { is: "lost", generation: 2 }, 0);
    expect(outputs).toEqual([{ do: "open", generation: 2 }]);
    expect(step(state, UP, 1)[1]).toEqual([]);
  });
});

describe("without a line", () => {
  it("nothing is asked for, and ICE begins anew when it is back", () => {
    const bench = new Bench(true).take(LINE_LOST, SHAKY).wait(15_000);
    expect(bench.news()).toEqual(["RECONNECTING", "look"]);
    expect(bench.take(LINE_BACK).news()).toEqual(["restart"]);
  });

  it("nothing is told as long as media flows", () => {
    expect(new Bench(true).take(LINE_LOST).wait(60_000).take(LINE_BACK).news()).toEqual([]);
  });

  it("a path that comes back by itself needs nothing any more", () => {
    const bench = new Bench(true).take(LINE_LOST, SHAKY).wait(5_000).take(UP, LINE_BACK).wait(60_000);
    expect(bench.news()).toEqual(["RECONNECTING", "look", "RECONNECTED"]);
  });

  it("a restart is asked for again, since its offer may have been lost", () => {
    const bench = new Bench(true).take(DOWN, LINE_LOST).wait(5_000).take(LINE_BACK);
    expect(bench.news()).toEqual(["RECONNECTING", "look", "restart", "restart"]);
  });

  it("the pipe that was proposed is waited for", () => {
    const bench = new Bench(true).take({ is: "lost", generation: 2 }, LINE_LOST).wait(60_000).take(LINE_BACK);
    expect(bench.news()).toEqual(["RECONNECTING", "look", "open 2"]);
    expect(bench.wait(OPENED_WITHIN + FIRST_REST).news()).toEqual(["open 3"]);
  });
});

describe("another network", () => {
  it("begins ICE anew, and is not told as long as media flows", () => {
    const bench = new Bench(true).take(MOVED, RESTARTED).wait(60_000);
    expect(bench.news()).toEqual(["restart"]);
    expect(bench.state.phase).toBe("WHOLE");
  });

  it("is remembered until the line is back", () => {
    expect(new Bench(true).take(LINE_LOST, MOVED).wait(3_000).take(LINE_BACK).news()).toEqual(["restart"]);
  });

  it("asks no faster than every two seconds", () => {
    const bench = new Bench(true);
    for (let at = 0; at < 100; at += 1) bench.take(MOVED, RESTARTED, UP).wait(100);
    expect(bench.news().length).toBeLessThanOrEqual(10_000 / RESTART_EVERY + 1);
  });
});

describe("in every order of events", () => {
  const INPUTS: readonly Input[] = [
    UP,
    SHAKY,
    DOWN,
    LINE_LOST,
    LINE_BACK,
    MOVED,
    RESTARTED,
    { is: "lost", generation: 2 },
    { is: "lost", generation: 3 },
    { is: "refused", what: "RESTART" },
    { is: "refused", what: "PIPE" },
    { is: "broken" },
    { is: "time" },
  ];

  /** Times as they are from now, capped where they have no say any more, so that equal states are equal texts. */
  function key(state: State, now: number): string {
    const due = state.due === undefined ? null : Math.max(state.due - now, 0);
    return Object.values({ ...state, due, asked: Math.max(state.asked + RESTART_EVERY - now, 0) }).join();
  }

  it.each([true, false])("it keeps its rules (auto: %s)", (auto) => {
    const begin = new Bench(auto);
    const seen = new Set<string>();
    let edge: [State, number][] = [[begin.state, begin.now]];
    const phases = new Set<string>();
    while (edge.length > 0 && seen.size < 60_000) {
      const further: [State, number][] = [];
      for (const [state, now] of edge) {
        for (const input of INPUTS) {
          const at = input.is === "time" ? Math.max(state.due ?? now, now) : now;
          const [next, outputs] = step(state, input, at);
          phases.add(next.phase);
          check(state, input, next, outputs, at);
          const name = key(next, at);
          // What comes after the third pipe is as after the second.
          if (seen.has(name) || next.generation > 2) continue;
          seen.add(name);
          further.push([next, at]);
        }
      }
      edge = further;
    }
    expect(seen.size).toBeGreaterThan(auto ? 500 : 50);
    expect(edge).toEqual([]);
    const repaired = ["SHAKY", "RESTARTING", "CHECKING"];
    for (const phase of repaired) expect(phases.has(phase)).toBe(auto);
    for (const phase of ["WHOLE", "OPENING", "RESTING"]) expect(phases.has(phase)).toBe(true);

    function check(before: State, input: Input, after: State, outputs: readonly Output[], at: number): void {
      const words = outputs.map(word);
      const said = words.filter((each) => each === "restart" || each.startsWith("open"));
      const opens = said[0]?.startsWith("open") === true;
      const rules = {
        "one thing is asked for at a time": said.length <= 1,
        "nothing is asked for without a line": said.length === 0 || after.line,
        "restarts are two seconds apart": said[0] !== "restart" || at - before.asked >= RESTART_EVERY,
        "one pipe is made at a time": !opens || before.phase !== "OPENING",
        "generations grow": after.generation >= before.generation,
        "RECONNECTING is told once": words.includes("RECONNECTING") === (!before.told && after.told),
        "RECONNECTED is told once": words.includes("RECONNECTED") === (before.told && !after.told),
        "it is back when packets are": !words.includes("RECONNECTED") || input === UP,
        "a path that is up is all it wants": input !== UP || after.phase === "WHOLE",
        // Time, the line or the house moves it on.
        "media that is out is on its way back": !(auto && after.told) || after.due !== undefined || !after.line,
        "time is ahead": after.due === undefined || after.due >= at,
        "a call that was whole does not fail by itself": !words.includes("fail"),
      };
      const broken = Object.entries(rules).filter(([, holds]) => !holds);
      if (broken.length > 0) throw new Error(JSON.stringify([broken, before, input, after, words], null, 1));
    }
  });
});
