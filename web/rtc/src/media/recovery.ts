/** Decides what to do when media stops: begin ICE anew, make another pipe, or wait. */

import type { Path } from "./pipe.js";

/** A path that is interrupted for no longer than this, in ms, is left alone. */
export const SHAKY_FOR = 1_000;
/** Between two requests to begin ICE anew, in ms. */
export const RESTART_EVERY = 2_000;
/** Requests without an offer after which another pipe is made. */
export const MOST_RESTARTS = 3;
/** From our answer to packets that come through, in ms. */
export const CHECKED_WITHIN = 5_000;
/** From the decision for another pipe to packets that come through, in ms. */
export const OPENED_WITHIN = 10_000;
/** Rests between attempts for another pipe, in ms: doubled each time. */
export const FIRST_REST = 1_000;
export const LONGEST_REST = 4_000;

export type Phase =
  /** Media has never flowed. */
  | "FIRST"
  /** It flows, or it is not ours to bring it back. */
  | "WHOLE"
  /** It is interrupted, for a moment as yet. */
  | "SHAKY"
  /** An offer that begins ICE anew was asked for. */
  | "RESTARTING"
  /** It was answered. */
  | "CHECKING"
  /** Another pipe was made, and packets do not come through it yet. */
  | "OPENING"
  /** Before the next attempt to do so. */
  | "RESTING"
  /** Nothing can be asked for: the line is lost. */
  | "STUCK"
  /** There never was, and never will be, media. */
  | "OVER";

export interface State {
  /** Whether an interrupted path is ours to repair; a pipe that the house has lost is in any case. */
  readonly auto: boolean;
  /** Whether the house can be asked. */
  readonly line: boolean;
  readonly phase: Phase;
  /** Of the newest pipe; undefined before it is known. */
  readonly path: Path | undefined;
  /** RECONNECTING was told, and RECONNECTED was not. */
  readonly told: boolean;
  /** Of the newest pipe. */
  readonly generation: number;
  /** Of the pipe after it. */
  readonly next: number;
  /** Pipes made in vain since media flowed; more than lengthen the rest are not counted. */
  readonly attempts: number;
  /** Requests for the offer that is awaited. */
  readonly restarts: number;
  /** When the last was made. */
  readonly asked: number;
  /** The network has changed, and ICE was not begun anew since. */
  readonly moved: boolean;
  /** What comes when the line is back. */
  readonly wants: "RESTART" | "PIPE";
  /** When time has a say. */
  readonly due: number | undefined;
}

export const BEGINNING: State = {
  auto: false,
  line: true,
  phase: "FIRST",
  path: undefined,
  told: false,
  generation: 0,
  next: 1,
  attempts: 0,
  restarts: 0,
  asked: -RESTART_EVERY,
  moved: false,
  wants: "RESTART",
  due: undefined,
};

export type Input =
  | { readonly is: "auto"; readonly auto: boolean }
  /** The house has answered the first pipe's offer. */
  | { readonly is: "answered"; readonly generation: number }
  /** Of the newest pipe. */
  | { readonly is: "path"; readonly path: Path }
  | { readonly is: "line"; readonly up: boolean }
  /** The device has another address, or another network. */
  | { readonly is: "moved" }
  /** The house wants a pipe of this generation. */
  | { readonly is: "lost"; readonly generation: number }
  /** An offer that begins ICE anew was answered. */
  | { readonly is: "restarted" }
  | { readonly is: "refused"; readonly what: "RESTART" | "PIPE" }
  /** The newest pipe can't be used. */
  | { readonly is: "broken" }
  | { readonly is: "time" };

export type Output =
  | { readonly do: "restart" }
  | { readonly do: "open"; readonly generation: number }
  | { readonly do: "tell"; readonly what: "RECONNECTING" | "RECONNECTED" }
  /** Media is out: find out whether the line is, too. */
  | { readonly do: "look" }
  /** The call can't be: its first pipe has failed. */
  | { readonly do: "fail" };

export type Step = readonly [State, readonly Output[]];

/** What follows from the input at `now`, in ms of any clock that never goes back. */
export function step(state: State, input: Input, now: number): Step {
  if (state.phase === "OVER") return [state, []];
  switch (input.is) {
    case "auto":
      return [{ ...state, auto: input.auto }, []];
    case "answered":
      if (state.generation > 0) return [state, []];
      return [{ ...state, generation: input.generation, next: Math.max(state.next, input.generation + 1) }, []];
    case "path":
      return follow({ ...state, path: input.path }, input.path, now);
    case "line":
      return input.up ? lineBack({ ...state, line: true }, now) : lineLost({ ...state, line: false });
    case "moved":
      return state.auto ? move({ ...state, moved: true }, now) : [state, []];
    case "lost":
      return input.generation > state.generation ? lose({ ...state, next: input.generation }, now) : [state, []];
    case "restarted":
      if (state.phase !== "RESTARTING") return [state, []];
      return [{ ...state, phase: "CHECKING", due: now + CHECKED_WITHIN }, []];
    case "refused":
      if (input.what === "RESTART") return state.phase === "RESTARTING" ? outThen(state, (s) => open(s, now)) : [state, []];
      return state.phase === "OPENING" ? failed({ ...state, next: state.generation }, now) : [state, []];
    case "broken":
      return state.phase === "OPENING" ? failed(state, now) : [state, []];
    case "time":
      return state.due !== undefined && now >= state.due ? overdue(state, now) : [state, []];
  }
}

function follow(state: State, path: Path, now: number): Step {
  if (path === "UP") {
    const whole: State = { ...state, phase: "WHOLE", told: false, attempts: 0, restarts: 0, due: undefined };
    return [whole, state.told ? [{ do: "tell", what: "RECONNECTED" }] : []];
  }
  switch (state.phase) {
    case "FIRST":
      return path === "DOWN" ? [{ ...state, phase: "OVER" }, [{ do: "fail" }]] : [state, []];
    case "WHOLE":
    case "SHAKY":
      if (!state.auto) return [state, []];
      if (path === "DOWN") return outThen(state, (s) => restart(s, now));
      return [{ ...state, phase: "SHAKY", due: now + SHAKY_FOR }, []];
    case "RESTARTING":
      return out(state);
    case "CHECKING":
      return path === "DOWN" ? outThen(state, (s) => open(s, now)) : out(state);
    case "OPENING":
      return path === "DOWN" ? failed(state, now) : [state, []];
    default:
      return [state, []];
  }
}

function lineLost(state: State): Step {
  if (state.phase !== "RESTARTING") return [state, []];
  return [{ ...state, phase: "STUCK", wants: "RESTART", due: undefined }, []];
}

function lineBack(state: State, now: number): Step {
  if (state.phase === "STUCK") return state.wants === "RESTART" ? restart(state, now) : open(state, now);
  if (state.phase === "WHOLE" && state.moved) return restart(state, now);
  if (state.phase === "OPENING") return [{ ...state, due: now + OPENED_WITHIN }, []];
  return [state, []];
}

function move(state: State, now: number): Step {
  if (!state.line) return [state, []];
  if (state.phase === "WHOLE" || state.phase === "SHAKY") return restart(state, now);
  if (state.phase !== "CHECKING") return [state, []];
  const soonest = state.asked + RESTART_EVERY;
  return now >= soonest ? restart(state, now) : [{ ...state, due: soonest }, []];
}

function lose(state: State, now: number): Step {
  if (state.phase === "OPENING") return failed(state, now);
  if (state.phase === "RESTING") return [state, []];
  return state.phase === "FIRST" ? open(state, now) : outThen(state, (s) => open(s, now));
}

function overdue(state: State, now: number): Step {
  switch (state.phase) {
    case "SHAKY":
      return outThen(state, (s) => restart(s, now));
    case "RESTARTING":
      if (state.restarts < MOST_RESTARTS) return restart(state, now);
      return state.path === "UP" ? calm(state) : outThen(state, (s) => open(s, now));
    case "CHECKING":
      if (state.moved) return restart(state, now);
      if (state.path === "UP") return calm(state);
      // Without a line the whole network may have been away, and the pipe may still be good.
      return outThen(state, (s) => (s.line ? open(s, now) : restart(s, now)));
    case "OPENING":
      return state.line ? failed(state, now) : [{ ...state, due: undefined }, []];
    case "RESTING":
      return open(state, now);
    default:
      return [{ ...state, due: undefined }, []];
  }
}

/** The network has changed, and the path holds. */
function calm(state: State): Step {
  return [{ ...state, phase: "WHOLE", restarts: 0, due: undefined }, []];
}

/** Ask for an offer that begins ICE anew; again, if one is awaited. */
function restart(state: State, now: number): Step {
  if (!state.line) return [{ ...state, phase: "STUCK", wants: "RESTART", due: undefined }, []];
  // A changed network does not ask faster than every two seconds, even between two interruptions.
  const soonest = state.asked + RESTART_EVERY;
  const restarts = state.phase === "RESTARTING" ? state.restarts : 0;
  if (now < soonest) return [{ ...state, phase: "RESTARTING", restarts, due: soonest }, []];
  const due = now + RESTART_EVERY;
  const asked: State = { ...state, phase: "RESTARTING", restarts: restarts + 1, asked: now, moved: false, due };
  return [asked, [{ do: "restart" }]];
}

function open(state: State, now: number): Step {
  if (!state.line) return [{ ...state, phase: "STUCK", wants: "PIPE", due: undefined }, []];
  const generation = state.next;
  const opening: State = {
    ...state,
    phase: "OPENING",
    path: undefined,
    generation,
    next: generation + 1,
    moved: false,
    due: now + OPENED_WITHIN,
  };
  return [opening, [{ do: "open", generation }]];
}

/** This attempt for another pipe was in vain. */
function failed(state: State, now: number): Step {
  const rest = Math.min(FIRST_REST * 2 ** state.attempts, LONGEST_REST);
  return [{ ...state, phase: "RESTING", attempts: rest < LONGEST_REST ? state.attempts + 1 : state.attempts, due: now + rest }, []];
}

/** Media is out: told once. */
function out(state: State): Step {
  if (state.told) return [state, []];
  return [{ ...state, told: true }, [{ do: "tell", what: "RECONNECTING" }, { do: "look" }]];
}

function outThen(state: State, next: (state: State) => Step): Step {
  const [told, first] = out(state);
  const [then, second] = next(told);
  return [then, [...first, ...second]];
}
