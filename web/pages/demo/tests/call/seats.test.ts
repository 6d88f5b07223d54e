import { describe, expect, it } from "vitest";
import { leave, people, placesFor, type Seats, sit } from "../../src/call/seats.js";
import { dice } from "./dice.js";

const gone = (seats: Seats<string>, who: string): Seats<string> => leave(seats, (person) => person === who);

describe("places", () => {
  it.each([
    [0, 1],
    [1, 1],
    [2, 2],
    [3, 4],
    [5, 6],
    [7, 9],
    [25, 25],
    [26, 50],
    [51, 75],
  ])("%i people need %i", (count, places) => {
    expect(placesFor(count)).toBe(places);
  });

  it("are kept by those who stay while the shape is the same", () => {
    expect(gone(["a", "b", "c", "d"], "a")).toEqual([null, "b", "c", "d"]);
  });

  it("are closed up, in order, when that makes everybody larger", () => {
    expect(gone([null, "b", "c", "d"], "c")).toEqual(["b", "d"]);
  });

  it("that are free are taken first", () => {
    expect(sit(["a", null, "c"], "d")).toEqual(["a", "d", "c"]);
  });

  it("keep their promises, whoever comes and goes", () => {
    for (const seed of dice.seeds(500)) {
      const roll = dice.from(seed);
      let seats: Seats<string> = [];
      for (let step = 0; step < 60; step += 1) {
        const before = seats;
        const there = people(before);
        const isComing = there.length === 0 || (there.length < 40 && roll(2) === 0);
        const who = isComing ? `p${step}` : (there[roll(there.length)] as string);
        seats = isComing ? sit(before, who) : gone(before, who);
        const stay = there.filter((person) => person !== who);
        const isSameShape = placesFor(seats.length) >= placesFor(before.length);
        const promises = {
          "all of them, each once": [...people(seats)].sort().join() === [...stay, ...(isComing ? [who] : [])].sort().join(),
          "in the order of before": people(seats).filter((person) => person !== who).join() === stay.join(),
          "where they were": !isSameShape || stay.every((person) => seats.indexOf(person) === before.indexOf(person)),
          "in no larger shape than they need": placesFor(seats.length) === placesFor(people(seats).length),
        };
        const broken = Object.entries(promises).filter(([, kept]) => !kept);
        if (broken.length > 0) expect.fail(`seed ${seed}, step ${step}: ${broken.join()}`);
      }
    }
  });
});
