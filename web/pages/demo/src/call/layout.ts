/** How many tiles fit beside and above each other, and how many pages that makes. */

/** No tile is smaller than this, in px: beyond it there are more pages. */
export const LEAST_WIDTH = 150;
export const LEAST_HEIGHT = 112;
/** Between tiles, in px: --space-2. */
const GAP = 8;
/** Width by height: beyond these, more of a tile shows no more of a person. */
const WIDEST = 16 / 9;
const TALLEST = 1;

export interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** Tiles of one page. */
  readonly places: number;
  readonly pages: number;
}

/** The grid that shows `count` tiles largest in an area of `width` × `height` px. */
export function gridFor(count: number, width: number, height: number): Grid {
  const most = {
    columns: Math.max(1, Math.floor((width + GAP) / (LEAST_WIDTH + GAP))),
    rows: Math.max(1, Math.floor((height + GAP) / (LEAST_HEIGHT + GAP))),
  };
  const shown = Math.min(Math.max(count, 1), most.columns * most.rows);
  let best = { columns: 1, rows: shown, size: -1 };
  for (let columns = 1; columns <= Math.min(most.columns, shown); columns += 1) {
    const rows = Math.ceil(shown / columns);
    if (rows > most.rows) continue;
    const size = seen((width - GAP * (columns - 1)) / columns, (height - GAP * (rows - 1)) / rows);
    if (size > best.size) best = { columns, rows, size };
  }
  const { columns, rows } = best;
  const places = columns * rows;
  return { columns, rows, places, pages: Math.max(1, Math.ceil(count / places)) };
}

/** How much of a tile is of use, in px². */
function seen(width: number, height: number): number {
  const wide = Math.min(width, height * WIDEST);
  return wide * Math.min(height, width / TALLEST);
}
