/** How long what comes from a party waits for lost packets: while some are lost. */

/** Share of packets that were lost or asked for again from which waiting is of use… */
export const LOSSY = 0.02;
/** …and below which it is of no use any more. */
export const CALM = 0.01;
/** The longest wait, in ms: with coding and transport it stays below what people notice as delay at twice this. */
export const LONGEST = 400;
/** The shortest, in ms: a lost packet is noticed when the next one comes, and asked for on up to two ways. */
export const SHORTEST = 150;
/** Of a wait, in ms: to notice the loss, and three times the way there and back, since requests and answers are lost, too. */
const NOTICED = 80;
const ATTEMPTS = 3;
/** A longer wait halts the picture once for the difference, in ms: less than what browsers count as a freeze, 150. */
export const LONGER = 100;
/** In ms: the sound goes imperceptibly faster meanwhile. */
export const SHORTER = 20;
/** Weight of the newest reading. */
const NEWEST = 0.5;
/** In ms, where the browser has measured none yet. */
const UNKNOWN_ROUND_TRIP = 100;

/** What has come of one stream. */
interface Count {
  readonly party: string;
  readonly received: number;
  readonly lost: number;
  readonly asked: number;
}

type Row = Readonly<Record<string, unknown>>;

interface Wait {
  loss: number;
  /** Milliseconds. */
  long: number;
}

export class Patience {
  #before: ReadonlyMap<string, Count> = new Map();
  #waits = new Map<string, Wait>();

  /**
   * Take what getStats says, about once a second; `party` tells whose a track is, by its id. Gives the wait for each
   * party in ms: the sound and the pictures of one have the same, or lips would not fit.
   */
  after(report: Iterable<readonly [string, unknown]>, party: (track: string) => string | undefined): ReadonlyMap<string, number> {
    const rows = [...report].map(([id, row]) => [id, row as Row] as const);
    const now = counts(rows, party);
    const wanted = Math.min(Math.max(NOTICED + ATTEMPTS * roundTrip(rows), SHORTEST), LONGEST);
    const waits = new Map<string, Wait>();
    for (const [name, share] of shares(this.#before, now)) {
      const { loss, long } = this.#waits.get(name) ?? { loss: 0, long: 0 };
      const newest = share === undefined ? loss : loss + NEWEST * (share - loss);
      waits.set(name, { loss: newest, long: toward(goal(newest, long, wanted), long) });
    }
    this.#before = now;
    this.#waits = waits;
    return new Map([...waits].map(([name, { long }]) => [name, long]));
  }
}

function counts(rows: readonly (readonly [string, Row])[], party: (track: string) => string | undefined): Map<string, Count> {
  const found = new Map<string, Count>();
  for (const [id, row] of rows) {
    const whose = row["type"] === "inbound-rtp" ? party(String(row["trackIdentifier"])) : undefined;
    if (whose === undefined) continue;
    const received = number(row["packetsReceived"]);
    found.set(id, { party: whose, received, lost: number(row["packetsLost"]), asked: number(row["nackCount"]) });
  }
  return found;
}

/** Of each party: how much was lost of what was sent since; undefined if nothing was. */
function shares(before: ReadonlyMap<string, Count>, now: ReadonlyMap<string, Count>): Map<string, number | undefined> {
  const sums = new Map<string, { received: number; missed: number }>();
  for (const [id, count] of now) {
    const sum = sums.get(count.party) ?? { received: 0, missed: 0 };
    sums.set(count.party, sum);
    const then = before.get(id);
    if (then === undefined) continue;
    sum.received += Math.max(count.received - then.received, 0);
    // What comes later than others is no longer lost; what can be asked for was asked for at once.
    sum.missed += Math.max(count.lost - then.lost, count.asked - then.asked, 0);
  }
  return new Map(
    [...sums].map(([party, { received, missed }]) => [party, received > 0 ? Math.min(missed / received, 1) : undefined]),
  );
}

/** In ms. */
function roundTrip(rows: readonly (readonly [string, Row])[]): number {
  let seconds = 0;
  for (const [, row] of rows) {
    if (row["type"] === "candidate-pair" && row["nominated"] === true) seconds = Math.max(seconds, number(row["currentRoundTripTime"]));
    if (row["type"] === "remote-inbound-rtp") seconds = Math.max(seconds, number(row["roundTripTime"]));
  }
  return seconds > 0 ? 1_000 * seconds : UNKNOWN_ROUND_TRIP;
}

function goal(loss: number, long: number, wanted: number): number {
  if (loss >= LOSSY) return wanted;
  return loss < CALM ? 0 : Math.min(long, wanted);
}

function toward(goal: number, long: number): number {
  return Math.round(Math.min(Math.max(goal, long - SHORTER), long + LONGER));
}

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
