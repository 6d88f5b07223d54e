import { describe, expect, it } from "vitest";
import { encode } from "uqr";
import { read, written } from "../src/journey/address.js";
import { isLocal, linkTo, takeInvitation } from "../src/sharing/link.js";
import { pathOf } from "../src/sharing/Qr.js";

class FakeStorage {
  readonly kept = new Map<string, string>();
  getItem = (key: string): string | null => this.kept.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.kept.set(key, value);
}

describe("a link", () => {
  const page = "http://localhost:8080/demo/?name=Ruby&room=old#invitation=mine";
  const sharing = { url: "https://192.0.2.7:8443/demo/", invitation: "code + more" };

  it("is the page's own where no other address is known, and names nobody", () => {
    expect(linkTo(page, null, null, null)).toBe("http://localhost:8080/demo/");
    expect(linkTo(page, null, "team/1", "abc")).toBe("http://localhost:8080/demo/?room=team%2F1#invitation=abc");
  });

  it("is the one for other devices, with the invitation where no server is told of it", () => {
    const link = linkTo(page, sharing, "café", null);
    expect(link).toBe("https://192.0.2.7:8443/demo/?room=caf%C3%A9#invitation=code%20%2B%20more");
    expect(read(link).room).toBe("café");
    const kept = new FakeStorage();
    expect(takeInvitation({ href: link }, () => undefined, kept)).toBe("code + more");
  });

  it.each([
    ["http://localhost:8080/demo/", true],
    ["http://127.0.0.1:8080/demo/", true],
    ["http://[::1]:8080/demo/", true],
    ["https://192.0.2.7:8443/demo/", false],
    ["https://talk.example.com/demo/", false],
  ])("of %s works on this computer only: %s", (link, local) => {
    expect(isLocal(link)).toBe(local);
  });
});

describe("an invitation", () => {
  it("leaves the address bar and is kept for the tab", () => {
    const kept = new FakeStorage();
    const shown: string[] = [];
    const found = takeInvitation({ href: "https://example.com/demo/?room=team#invitation=abc" }, (it) => shown.push(it), kept);
    expect(found).toBe("abc");
    expect(shown).toEqual(["https://example.com/demo/?room=team"]);
    expect(takeInvitation({ href: "https://example.com/demo/" }, (it) => shown.push(it), kept)).toBe("abc");
    expect(shown).toHaveLength(1);
  });

  it("is null where there was none", () => {
    expect(takeInvitation({ href: "https://example.com/demo/#top" }, () => undefined, new FakeStorage())).toBeNull();
  });
});

describe("the address", () => {
  it("says who and where, and nothing else", () => {
    const address = written("https://example.com/demo/?x=1#y", { name: "Ruby & Co", room: "team" });
    expect(address).toBe("https://example.com/demo/?name=Ruby+%26+Co&room=team");
    expect(read(address)).toEqual({ name: "Ruby & Co", room: "team" });
    expect(read(written(address, { name: null, room: null }))).toEqual({ name: null, room: null });
    expect(read("https://example.com/demo/?name=&room=")).toEqual({ name: null, room: null });
  });
});

describe("a QR code", () => {
  it("draws each dark module and no other", () => {
    const { data, size } = encode("https://192.0.2.7:8443/demo/#invitation=abc", { ecc: "M", border: 4 });
    const drawn = new Set([...pathOf(data).matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x} ${y}`));
    for (let y = 0; y < size; y += 1) {
      for (let x = 0; x < size; x += 1) expect(drawn.has(`${x} ${y}`)).toBe(data[y]?.[x]);
    }
    expect(drawn.size).toBeGreaterThan(100);
  });
});
