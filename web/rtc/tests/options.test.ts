import { describe, expect, it } from "vitest";
import {
  ApplicationCallOptions,
  AudioOptions,
  AudioQualityMode,
  DeclineOptions,
  MachineDetectionOptions,
  PhoneCallOptions,
  PhoneCallRecordingOptions,
  PlatformOptions,
  RoomCallOptions,
  VideoMode,
  VideoOptions,
  ViberCallOptions,
  WebrtcCallOptions,
  WebrtcCallRecordingOptions,
} from "../src/index.js";
import { checkCustomData } from "../src/options/custom-data.js";

const AUDIO = { audioFilter: undefined, audioQualityMode: 0, detectTalkingWhileMuted: false };
const VIDEO = {
  cameraOrientation: "user",
  videoFilter: undefined,
  videoMode: "PRESENTATION",
  cameraVideoFrameRate: 24,
  screenShareFrameRate: 8,
  deviceId: undefined,
};
const CALL = { audio: true, audioOptions: AUDIO, customData: {}, autoReconnect: false };
const PICTURE = { video: false, videoOptions: VIDEO, dataChannel: false };
const RECORDING = { recordingOptions: { recordingType: "UNDEFINED" } };

describe("builders", () => {
  it("fill in the familiar defaults", () => {
    expect({ ...AudioOptions.builder().build() }).toEqual(AUDIO);
    expect({ ...VideoOptions.builder().build() }).toEqual(VIDEO);
    expect(WebrtcCallOptions.builder().build()).toMatchObject({ ...CALL, ...PICTURE, ...RECORDING });
    expect(RoomCallOptions.builder().build()).toMatchObject({ ...CALL, ...PICTURE, ...RECORDING });
    expect(ApplicationCallOptions.builder().build()).toMatchObject({ ...CALL, ...PICTURE, platformOptions: {} });
    expect(PhoneCallOptions.builder().build()).toMatchObject({
      ...CALL,
      ...RECORDING,
      from: null,
      machineDetectionOptions: { enabled: false, detectionTime: 3.7 },
    });
    expect(ViberCallOptions.builder().build()).toMatchObject({ ...CALL, ...RECORDING });
    expect(DeclineOptions.builder().build().declineOnAllDevices).toBe(false);
    expect(PlatformOptions.builder().build()).toEqual({ applicationId: undefined, entityId: undefined });
  });

  it("agree with the constructors", () => {
    expect(new WebrtcCallOptions()).toEqual(WebrtcCallOptions.builder().build());
    expect(new RoomCallOptions()).toEqual(RoomCallOptions.builder().build());
    expect(new ApplicationCallOptions()).toEqual(ApplicationCallOptions.builder().build());
    expect(new PhoneCallOptions()).toEqual(PhoneCallOptions.builder().build());
    expect(new ViberCallOptions()).toEqual(ViberCallOptions.builder().build());
    expect(new VideoOptions()).toEqual(VideoOptions.builder().build());
  });

  it("keep what is set", () => {
    const audioOptions = AudioOptions.builder().setAudioQualityMode(AudioQualityMode.LOW_DATA).build();
    const videoOptions = VideoOptions.builder().setVideoMode(VideoMode.GRID).setDeviceId("d").build();
    const recordingOptions = new WebrtcCallRecordingOptions("AUDIO");
    const options = WebrtcCallOptions.builder()
      .setAudio(false)
      .setAudioOptions(audioOptions)
      .setVideo(true)
      .setVideoOptions(videoOptions)
      .setRecordingOptions(recordingOptions)
      .setCustomData({ ticket: "1" })
      .setDataChannel(true)
      .setAutoReconnect(true)
      .build();
    expect({ ...options }).toEqual({
      audio: false,
      audioOptions,
      video: true,
      videoOptions,
      recordingOptions,
      customData: { ticket: "1" },
      dataChannel: true,
      autoReconnect: true,
    });
    expect(RoomCallOptions.builder().setAutoRejoin(true).build().autoReconnect).toBe(true);
    expect(JSON.stringify(new PhoneCallRecordingOptions("NO_RECORDING"))).toBe('{"recordingType":"NO_RECORDING"}');
    expect(JSON.stringify(MachineDetectionOptions.builder().setEnabled(true).build())).toBe(
      '{"enabled":true,"detectionTime":3.7}',
    );
  });

  it("give options that can be changed afterwards", () => {
    const options = WebrtcCallOptions.builder().build();
    options.video = true;
    options.customData = { a: "b" };
    expect(options).toMatchObject({ video: true, customData: { a: "b" } });
  });
});

describe("custom data", () => {
  const entries = (count: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, "v"]));

  it("may be as large as the limits", () => {
    expect(() => checkCustomData(entries(64))).not.toThrow();
    expect(() => checkCustomData({ ["k".repeat(128)]: "v".repeat(4096) })).not.toThrow();
  });

  it.each([
    [entries(65), "Invalid custom data: more than 64 entries."],
    [{ ["k".repeat(129)]: "v" }, "Invalid custom data: a key is longer than 128 characters."],
    [{ k: "v".repeat(4097) }, "Invalid custom data: 'k' is longer than 4096 characters."],
    [{ k: 1 as unknown as string }, "Invalid custom data: 'k' is not a string."],
  ])("is refused beyond them: %#", (data, message) => {
    expect(() => checkCustomData(data)).toThrow(message);
  });
});
