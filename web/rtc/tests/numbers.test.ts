import { describe, expect, it } from "vitest";
import { meanOpinion, networkQuality, rating } from "../src/media/quality.js";
import { audioStats, between } from "../src/media/statistics.js";
import { AudioStats, CurrentMediaStats, NetworkQuality, TotalMediaStats } from "../src/index.js";

const report = (...rows: { id: string; type: string; [name: string]: unknown }[]): [string, unknown][] =>
  rows.map((row) => [row.id, row]);

describe("statistics", () => {
  it("sum what the browser says of sound, and of nothing else", () => {
    const stats = audioStats(
      report(
        { id: "c", type: "codec", mimeType: "audio/opus" },
        { id: "o", type: "outbound-rtp", kind: "audio", packetsSent: 100, bytesSent: 9_000, retransmittedPacketsSent: 2 },
        { id: "v", type: "outbound-rtp", kind: "video", packetsSent: 999, bytesSent: 1 },
        { id: "i", type: "inbound-rtp", kind: "audio", packetsReceived: 98, bytesReceived: 8_000, packetsLost: 2, jitter: 0.004, codecId: "c" },
        { id: "r", type: "remote-inbound-rtp", kind: "audio", roundTripTime: 0.05 },
        { id: "p", type: "candidate-pair", nominated: true, currentRoundTripTime: 0.02 },
      ),
    );
    expect(stats.toJSON()).toEqual({
      codec: "opus",
      roundTripTime: 50,
      packetsSent: 100,
      bytesSent: 9_000,
      retransmittedPacketsSent: 2,
      retransmittedBytesSent: 0,
      packetsReceived: 98,
      bytesReceived: 8_000,
      packetsLost: 2,
      jitter: 4,
    });
  });

  it("take the round trip of the connection when no report has come", () => {
    const pair = { id: "p", type: "candidate-pair", nominated: true, currentRoundTripTime: 0.02 };
    expect(audioStats(report(pair, { ...pair, id: "q", nominated: false, currentRoundTripTime: 9 })).roundTripTime).toBe(20);
  });

  it("are zero, and without a codec, before anything flows", () => {
    expect(audioStats([])).toEqual(new AudioStats());
    expect(JSON.stringify(new AudioStats())).not.toContain("codec");
  });

  it("survive nonsense", () => {
    const stats = audioStats(report({ id: "i", type: "inbound-rtp", kind: "audio", packetsReceived: "x", jitter: NaN }));
    expect([stats.packetsReceived, stats.jitter]).toEqual([0, 0]);
  });

  it("of a while are differences of counters, and measures as they are", () => {
    const earlier = Object.assign(new AudioStats(), { packetsReceived: 50, jitter: 1, roundTripTime: 10 });
    const later = Object.assign(new AudioStats(), { packetsReceived: 99, jitter: 2, roundTripTime: 20 });
    expect(between(earlier, later)).toMatchObject({ packetsReceived: 49, jitter: 2, roundTripTime: 20 });
  });

  it("can be written as JSON", () => {
    expect(JSON.parse(JSON.stringify(new TotalMediaStats()))).toMatchObject({ totalAudioStats: { packetsSent: 0 } });
    expect(JSON.parse(JSON.stringify(new CurrentMediaStats()))).toMatchObject({ mos: 5, currentAudioStats: {} });
  });
});

describe("the E-model", () => {
  const best = { roundTripTime: 0, jitter: 0, loss: 0 };

  it("has the values of G.107 annex B", () => {
    expect(meanOpinion(0)).toBe(1);
    expect(meanOpinion(60)).toBeCloseTo(3.1, 2);
    expect(meanOpinion(70)).toBeCloseTo(3.6, 1);
    expect(meanOpinion(80)).toBeCloseTo(4.02, 2);
    expect(meanOpinion(90)).toBeCloseTo(4.34, 2);
    expect(meanOpinion(100)).toBe(4.5);
  });

  it("gets worse with delay, jitter and loss", () => {
    const r = rating(best);
    expect(rating({ ...best, roundTripTime: 100 })).toBeLessThan(r);
    expect(rating({ ...best, jitter: 30 })).toBeLessThan(r);
    expect(rating({ ...best, loss: 0.01 })).toBeLessThan(r);
    expect(rating({ roundTripTime: 1e9, jitter: 1e9, loss: 5 })).toBe(0);
    expect(rating({ ...best, loss: -1 })).toBe(r);
  });

  it.each([
    [{}, NetworkQuality.EXCELLENT],
    [{ roundTripTime: 60, jitter: 5, loss: 0.01 }, NetworkQuality.GOOD],
    [{ loss: 0.05 }, NetworkQuality.FAIR],
    [{ loss: 0.1 }, NetworkQuality.POOR],
    [{ loss: 0.2 }, NetworkQuality.BAD],
    [{ roundTripTime: 800 }, NetworkQuality.BAD],
  ])("calls %j %i", (way, quality) => {
    expect(networkQuality(rating({ ...best, ...way }))).toBe(quality);
  });
});
