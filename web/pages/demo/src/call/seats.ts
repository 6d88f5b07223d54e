/** Who sits where: people keep their place while others come, go and share. */

/** People in their places; null is a place that somebody has left. */
export type Seats<P> = readonly (P | null)[];

/** Shapes that a picture of many has: a place is closed up only when the next smaller shape holds everybody. */
const SHAPES = [1, 2, 4, 6, 9, 12, 16, 20, 25];

/** Places of the smallest shape that holds so many. */
export function placesFor(count: number): number {
  const largest = SHAPES.at(-1) ?? 1;
  return SHAPES.find((places) => places >= count) ?? Math.ceil(count / largest) * largest;
}

/** Take the first free place, so that nobody else moves. */
export function sit<P>(seats: Seats<P>, person: P): Seats<P> {
  const free = seats.indexOf(null);
  return free < 0 ? [...seats, person] : seats.with(free, person);
}

/** Leave a place. The others stay where they are, or close up in their order when that makes everybody larger. */
export function leave<P>(seats: Seats<P>, isThem: (person: P) => boolean): Seats<P> {
  const left = seats.map((person) => (person !== null && isThem(person) ? null : person));
  const there = left.filter((person) => person !== null);
  const used = left.findLastIndex((person) => person !== null) + 1;
  return placesFor(there.length) < placesFor(used) ? there : left.slice(0, used);
}

/** Everybody, in the order of their places. */
export function people<P>(seats: Seats<P>): P[] {
  return seats.filter((person) => person !== null);
}
