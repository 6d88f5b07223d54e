/** An application as people write them; compiled, never run: the types must take it. */

import {
  AudioOptions,
  AudioQualityMode,
  CallsApiEvent,
  type CallsApiEvents,
  type CallsEventHandlers,
  CallStatus,
  createInfobipRtc,
  DeclineOptions,
  type Endpoint,
  type IncomingWebrtcCall,
  type InfobipRTC,
  InfobipRTCEvent,
  type InfobipRTCEvents,
  MachineDetectionOptions,
  NetworkQuality,
  type Participant,
  type Person,
  PhoneCallOptions,
  type RoomCall,
  RoomCallOptions,
  type VideoFilter,
  VideoMode,
  VideoOptions,
  VideoRemovalReason,
  VideoType,
  type WebrtcCall,
  WebrtcCallOptions,
} from "../src/index.js";

const nameOf = ({ identity, displayName }: Person): string => displayName ?? identity;

export class Application {
  client: InfobipRTC | null = null;
  call: WebrtcCall | null = null;
  room: RoomCall | null = null;
  devices: MediaDeviceInfo[] = [];
  shown: MediaStream | null = null;
  texts: string[] = [];

  start(token: string): void {
    this.client = createInfobipRtc(token, { debug: true });
    this.client.on(InfobipRTCEvent.CONNECTED, (event) => this.texts.push(event.identity.toUpperCase()));
    this.client.on(InfobipRTCEvent.DISCONNECTED, (event) => this.texts.push(event.reason));
    this.client.on(InfobipRTCEvent.RECONNECTING, () => undefined);
    this.client.on(InfobipRTCEvent.INCOMING_WEBRTC_CALL, (event) => this.called(event));
    this.client.on(InfobipRTCEvent.INCOMING_APPLICATION_CALL, (event) => {
      this.texts.push(event.incomingCall.from(), event.customData["ticket"] ?? "");
      event.incomingCall.decline(DeclineOptions.builder().setDeclineOnAllDevices(true).build());
    });
    this.client.connect();
    void this.client.getAudioInputDevices().then((devices) => (this.devices = devices));
    this.client.on(InfobipRTCEvent.PEOPLE_CHANGED, ({ people }) => this.texts.push(...people.map(nameOf)));
    void this.client.people().then((people) => this.texts.push(...people.map(nameOf)));
    // @ts-expect-error -- there is no such event
    this.client.on("conected", () => undefined);
  }

  called(event: InfobipRTCEvents.IncomingWebrtcCallEvent): void {
    this.call = event.incomingCall;
    this.follow();
    const options = WebrtcCallOptions.builder().setVideo(true).build();
    (this.call as IncomingWebrtcCall).accept(options);
    event.incomingCall.accept();
    event.incomingCall.decline();
  }

  dial(identity: string, filter: VideoFilter): void {
    const video = VideoOptions.builder().setVideoMode(VideoMode.GRID).setVideoFilter(filter).build();
    const audio = AudioOptions.builder().setAudioQualityMode(AudioQualityMode.HIGH_QUALITY).build();
    const options = WebrtcCallOptions.builder()
      .setVideo(true)
      .setVideoOptions(video)
      .setAudioOptions(audio)
      .setCustomData({ ticket: "4711" })
      .build();
    this.call = this.client?.callWebrtc(identity, options) ?? null;
    this.follow();
  }

  follow(): void {
    const { call } = this;
    if (call === null) return;
    const show: CallsEventHandlers.Established = ({ stream }) => (this.shown = stream);
    call.on(CallsApiEvent.RINGING, () => this.texts.push("ringing"));
    call.on(CallsApiEvent.ESTABLISHED, show);
    call.on(CallsApiEvent.HANGUP, (event) => {
      this.texts.push(event.errorCode.name, event.errorCode.id.padStart(6));
      this.texts.push(String(event.totalMediaStats.totalAudioStats.packetsLost.toFixed(0)));
    });
    call.on(CallsApiEvent.CAMERA_VIDEO_ADDED, ({ stream }) => (this.shown = stream));
    call.on(CallsApiEvent.CAMERA_VIDEO_REMOVED, () => (this.shown = null));
    call.on(CallsApiEvent.SCREEN_SHARE_REMOVED, ({ reason }) => reason === VideoRemovalReason.USER_REQUEST);
    call.on(CallsApiEvent.NETWORK_QUALITY_CHANGED, ({ networkQuality, currentMediaStats }) => {
      this.texts.push(NetworkQuality[networkQuality] ?? "", currentMediaStats.mos.toFixed(1));
    });
    // @ts-expect-error -- participants are of rooms
    call.on(CallsApiEvent.PARTICIPANT_JOINED, () => undefined);
    if (call.status() === CallStatus.ESTABLISHED) this.texts.push(call.options().customData["ticket"] ?? "");
    const party: Endpoint = call.counterpart();
    this.texts.push(party.displayIdentifier ?? party.identifier);
    this.texts.push(call.startTime().toISOString(), call.establishTime().toISOString());
  }

  async join(name: string): Promise<void> {
    const room = this.client?.joinRoom(name, RoomCallOptions.builder().setDataChannel(true).build());
    if (room === undefined) return;
    this.room = room;
    const people: Participant[] = [];
    room.on(CallsApiEvent.ROOM_JOINED, (event) => people.push(...event.participants));
    room.on(CallsApiEvent.PARTICIPANT_CAMERA_VIDEO_ADDED, ({ participant, stream }) => {
      this.shown = stream;
      this.texts.push(participant.endpoint.identifier);
    });
    room.on(CallsApiEvent.ROLE_CHANGED, ({ role }) => this.texts.push(role.type));
    room.on(CallsApiEvent.ROOM_LEFT, (event: CallsApiEvents.RoomLeftEvent) => this.texts.push(event.errorCode.name));
    this.texts.push(await room.dataChannel().send("hello"));
    await room.localCapturer().takeScreenshot("bob", VideoType.CAMERA);
    const phone = PhoneCallOptions.builder()
      .setFrom("+1")
      .setMachineDetectionOptions(MachineDetectionOptions.builder().setEnabled(true).build())
      .build();
    this.client?.callPhone("+385", phone).on(CallsApiEvent.MACHINE_DETECTION_FAILED, ({ reason }) => {
      this.texts.push(reason);
    });
    this.client = this.call = this.room = null;
  }
}
