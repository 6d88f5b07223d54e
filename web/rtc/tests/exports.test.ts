import { describe, expect, it } from "vitest";
import * as rtc from "../src/index.js";

const VALUES = `createInfobipRtc AudioQualityMode CallsApiEvent CallStatus CameraOrientation DataChannelEvent
  EndpointType FileFormat InfobipCallsConfiguration InfobipRTCEvent NetworkQuality RoleType State
  ApplicationCallOptions AudioOptions CallOptions DeclineOptions PhoneCallOptions PlatformOptions RoomCallOptions
  VideoOptions ViberCallOptions WebrtcCallOptions RecordingOptions PhoneCallRecordingOptions
  RoomCallRecordingOptions ViberCallRecordingOptions WebrtcCallRecordingOptions Participant Media Audio Video
  Endpoint WebrtcEndpoint PhoneEndpoint ViberEndpoint SipEndpoint WhatsAppEndpoint WebsocketEndpoint Role
  DefaultRole MonitorRole AdvisorRole ListenerRole AuditorRole IncomingApplicationCallEvent
  IncomingWebrtcCallEvent AudioStats CurrentMediaStats TotalMediaStats MediaDevice RTCMediaDevice User`.split(/\s+/);

describe("the package root", () => {
  it("has the 53 familiar values", () => {
    expect(VALUES).toHaveLength(53);
    expect(Object.keys(rtc)).toEqual(expect.arrayContaining(VALUES));
  });

  it("has a name of ours for each familiar one", () => {
    expect(rtc.createRingwayRtc).toBe(rtc.createInfobipRtc);
    const familiar = Object.entries(rtc).filter(([name]) => name.startsWith("Infobip"));
    expect(familiar).not.toHaveLength(0);
    for (const [name, value] of familiar) {
      expect(Object(rtc)[name.replace("Infobip", "Ringway")]).toBe(value);
    }
  });

  it("knows the plural that examples use", () => {
    expect(rtc.CallsApiEvents).toBe(rtc.CallsApiEvent);
  });

  it("has 61 events of calls, 7 of clients, 29 codes", () => {
    expect(Object.keys(rtc.CallsApiEvent)).toHaveLength(61);
    expect(Object.keys(rtc.RingwayRTCEvent)).toHaveLength(7);
    expect(Object.keys(rtc.ApplicationErrorCode)).toHaveLength(29);
    for (const [name, code] of Object.entries(rtc.ApplicationErrorCode)) {
      expect(code.name).toBe(name);
      expect(code.id).toMatch(/^1\d{4}$/);
      expect(code.description).toMatch(/^[A-Z].*\.$/);
    }
  });

  it("has enumerations with the familiar values", () => {
    expect(rtc.CallStatus[4]).toBe("ESTABLISHED");
    expect([rtc.CallStatus.INITIALIZED, rtc.CallStatus.FINISHED]).toEqual([0, 5]);
    expect(rtc.NetworkQuality[5]).toBe("EXCELLENT");
    expect(rtc.NetworkQuality.BAD).toBe(1);
    expect([rtc.AudioQualityMode.AUTO, rtc.AudioQualityMode.HIGH_QUALITY]).toEqual([0, 2]);
    expect([rtc.CameraOrientation.FRONT, rtc.CameraOrientation.BACK]).toEqual(["user", "environment"]);
    expect(rtc.FileFormat.JPEG).toBe("image/jpeg");
    expect(rtc.InfobipCallsConfiguration.CONVERSATIONS).toBe("conversations");
    expect(rtc.CallsApiEvent.REMOTE_CAMERA_VIDEO_ADDED).toBe("remote-camera-video-added");
    expect(rtc.DataChannelEvent.TEXT_DELIVERED_EVENT).toBe("text-delivered");
  });

  it("has the endpoints' two ways of naming a party", () => {
    const shown = ({ type, identifier, displayIdentifier }: rtc.Endpoint): unknown[] => [
      type,
      identifier,
      displayIdentifier,
    ];
    expect(shown(new rtc.WebrtcEndpoint("bob"))).toEqual(["WEBRTC", "bob", null]);
    expect(shown(new rtc.WebrtcEndpoint("bob", "Bob B."))).toEqual(["WEBRTC", "bob", "Bob B."]);
    expect(shown(new rtc.PhoneEndpoint("+385"))).toEqual(["PHONE", "+385", "+385"]);
    expect(shown(new rtc.SipEndpoint("x"))).toEqual(["SIP", "x", "x"]);
    expect(shown(new rtc.WhatsAppEndpoint(undefined, "b1", "Bob"))).toEqual(["WHATSAPP", "b1", "Bob"]);
    expect(shown(new rtc.WebsocketEndpoint("w", "c"))).toEqual(["WEBSOCKET", "w", "w"]);
    expect(new rtc.AdvisorRole().advise).toEqual([]);
    expect(new rtc.Media().audio).toEqual({ muted: false, deaf: false, talking: false });
  });
});
