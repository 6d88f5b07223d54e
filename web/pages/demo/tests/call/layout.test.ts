import { describe, expect, it } from "vitest";
import { gridFor, LEAST_HEIGHT, LEAST_WIDTH } from "../../src/call/layout.js";

/** What is left for tiles on a telephone of 360 × 740, and on a screen of 1280 × 800. */
const PHONE = [336, 496] as const;
const SCREEN = [1256, 556] as const;

describe("a grid", () => {
  it.each([
    [1, 1, 1],
    [2, 1, 2],
    [3, 1, 3],
    [4, 2, 2],
    [5, 2, 3],
    [8, 2, 4],
  ])("of %i on a telephone is %i × %i", (count, columns, rows) => {
    expect(gridFor(count, ...PHONE)).toMatchObject({ columns, rows, pages: 1 });
  });

  it.each([
    [1, 1, 1],
    [2, 2, 1],
    [4, 2, 2],
    [3, 3, 1],
    [6, 3, 2],
    [9, 5, 2],
    [16, 6, 3],
  ])("of %i on a screen is %i × %i", (count, columns, rows) => {
    expect(gridFor(count, ...SCREEN)).toMatchObject({ columns, rows, pages: 1 });
  });

  it.each([PHONE, SCREEN, [740, 200], [150, 112]] as const)("never makes tiles of %i × %i px too small to read", (width, height) => {
    for (let count = 1; count <= 200; count += 1) {
      const { columns, rows, places, pages } = gridFor(count, width, height);
      expect((width - 8 * (columns - 1)) / columns).toBeGreaterThanOrEqual(LEAST_WIDTH);
      expect((height - 8 * (rows - 1)) / rows).toBeGreaterThanOrEqual(LEAST_HEIGHT);
      expect(places * pages).toBeGreaterThanOrEqual(count);
      expect(places * (pages - 1)).toBeLessThan(count);
    }
  });

  it("shows somebody even where there is no room", () => {
    expect(gridFor(3, 0, 0)).toEqual({ columns: 1, rows: 1, places: 1, pages: 3 });
  });
});
