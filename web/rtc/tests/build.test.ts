/** The script build: what it leaves on a page, and how large it is. */

import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { beforeAll, describe, expect, it } from "vitest";
import * as everything from "../src/index.js";

/** Bytes; raise them with a reason. The last one: calls with applications, 2.8 KB. */
const MOST = 84_000;
const MOST_ZIPPED = 26_000;

let code: string;

beforeAll(async () => {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const built = (await build({ root, logLevel: "error", build: { write: false } })) as Rolldown.RolldownOutput[];
  code = built[0]?.output[0].code ?? "";
}, 60_000);

function page(script: object | null): Record<string, unknown> {
  class HTMLScriptElement {
    src = "";
  }
  const element = script === null ? null : Object.assign(new HTMLScriptElement(), script);
  const context: Record<string, unknown> = {
    HTMLScriptElement,
    document: Object.assign(new EventTarget(), { currentScript: element }),
    window: new EventTarget(),
    AbortController,
    EventTarget,
    URL,
    TextDecoder,
    atob,
    setTimeout,
    clearTimeout,
    navigator: { mediaDevices: { getUserMedia: () => undefined } },
    Audio: "the browser's own",
  };
  context["WebSocket"] = class extends EventTarget {
    constructor(url: string) {
      super();
      context["opened"] = url;
    }
    close(): void {}
  };
  createContext(context);
  runInContext(code, context);
  return context;
}

describe("the script build", () => {
  it("leaves every value as a global, and the browser's Audio alone", () => {
    const globals = page(null);
    for (const name of Object.keys(everything)) {
      if (name === "Audio") expect(globals[name]).toBe("the browser's own");
      else expect(globals[name], name).toBeDefined();
    }
    expect(globals["createInfobipRtc"]).toBe(globals["createRingwayRtc"]);
    expect(globals["InfobipRTCEvent"]).toBe(globals["RingwayRTCEvent"]);
  });

  it("finds its server where it was loaded from", () => {
    const globals = page({ src: "https://ringway.example/sdk/ringway-rtc.js" });
    runInContext('createRingwayRtc("a." + "e30" + ".c").connect()', globals);
    expect(globals["opened"]).toBe("wss://ringway.example/rtc/1/socket");
  });

  it("is small", () => {
    expect(code.length).toBeGreaterThan(10_000);
    expect(Buffer.byteLength(code)).toBeLessThan(MOST);
    expect(gzipSync(code).length).toBeLessThan(MOST_ZIPPED);
  });
});
