/** Chance that a test can repeat. */

export const dice = {
  /** The numbers from 1 to `count`. */
  seeds: (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1),

  /** A die of any number of sides: 0 to `sides` - 1 (mulberry32). */
  from(seed: number): (sides: number) => number {
    let state = seed;
    return (sides) => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
    };
  },
};
