/** An application as people write them; compiled, never run: the types must take it. */

import {
  AdvisorRole,
  type ApplicationCall,
  ApplicationCallOptions,
  AudioOptions,
  AudioQualityMode,
  CallsApiEvent,
  type CallsApiEvents,
  type CallsEventHandlers,
  CallStatus,
  createInfobipRtc,
  DeclineOptions,
  DataChannelEvent,
  type Endpoint,
  type IncomingApplicationCall,
  type IncomingWebrtcCall,
  InfobipCallsConfiguration,
  type InfobipRTC,
  InfobipRTCEvent,
  type InfobipRTCEvents,
  MachineDetectionOptions,
  NetworkQuality,
  type Participant,
  type Person,
  PhoneCallOptions,
  PlatformOptions,
  type RecordingState,
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

  /** Every event that the familiar types declare for a call of an application. */
  conduct(): void {
    const options = ApplicationCallOptions.builder()
      .setPlatformOptions(PlatformOptions.builder().setApplicationId("web").setEntityId("berlin").build())
      .setDataChannel(true)
      .setAutoReconnect(true)
      .setVideo(true)
      .build();
    // @ts-expect-error -- of its own calls the application decides itself
    ApplicationCallOptions.builder().setRecordingOptions;
    const call = this.client?.callApplication(InfobipCallsConfiguration.CONVERSATIONS, options) ?? null;
    if (call === null) return;
    const state: RecordingState = call.recordingState();
    this.texts.push(call.callsConfigurationId(), state.conferenceRecording ?? "", call.options().customData["a"] ?? "");
    const people = new Map<string, Participant>();
    const meet = (list: Participant[]): void => list.forEach((each) => people.set(each.callId, each));
    call.on(CallsApiEvent.RINGING, () => undefined);
    call.on(CallsApiEvent.EARLY_MEDIA, ({ stream }) => (this.shown = stream));
    call.on(CallsApiEvent.ESTABLISHED, ({ stream }) => (this.shown = stream));
    call.on(CallsApiEvent.CONFERENCE_JOINED, ({ id, name, participants, recordingType }) => {
      this.texts.push(id, name, recordingType);
      meet(participants);
    });
    call.on(CallsApiEvent.CONFERENCE_LEFT, ({ errorCode }) => this.texts.push(errorCode.name));
    call.on(CallsApiEvent.DIALOG_JOINED, ({ id, remote, recordingType }) => {
      this.texts.push(id, recordingType);
      meet([remote]);
    });
    call.on(CallsApiEvent.DIALOG_LEFT, ({ errorCode }) => this.texts.push(errorCode.name));
    for (const name of [
      CallsApiEvent.PARTICIPANT_JOINING,
      CallsApiEvent.PARTICIPANT_JOINED,
      CallsApiEvent.PARTICIPANT_MUTED,
      CallsApiEvent.PARTICIPANT_UNMUTED,
      CallsApiEvent.PARTICIPANT_DEAF,
      CallsApiEvent.PARTICIPANT_UNDEAF,
      CallsApiEvent.PARTICIPANT_BLINDED,
      CallsApiEvent.PARTICIPANT_UNBLINDED,
      CallsApiEvent.PARTICIPANT_STARTED_TALKING,
      CallsApiEvent.PARTICIPANT_STOPPED_TALKING,
      CallsApiEvent.PARTICIPANT_CAMERA_VIDEO_REMOVED,
      CallsApiEvent.PARTICIPANT_SCREEN_SHARE_REMOVED,
      CallsApiEvent.PARTICIPANT_DISCONNECTED,
      CallsApiEvent.PARTICIPANT_RECONNECTED,
      CallsApiEvent.PARTICIPANT_ROLE_CHANGED,
      CallsApiEvent.PARTICIPANT_LEFT,
    ] as const) {
      call.on(name, ({ participant }) => meet([participant]));
    }
    call.on(CallsApiEvent.PARTICIPANT_CAMERA_VIDEO_ADDED, ({ stream }) => (this.shown = stream));
    call.on(CallsApiEvent.PARTICIPANT_SCREEN_SHARE_ADDED, ({ stream }) => (this.shown = stream));
    call.on(CallsApiEvent.PARTICIPANT_NETWORK_QUALITY_CHANGED, ({ participant, networkQuality }) => {
      this.texts.push(participant.endpoint.identifier, NetworkQuality[networkQuality] ?? "");
    });
    call.on(CallsApiEvent.ROLE_CHANGED, ({ role }) => role instanceof AdvisorRole && this.texts.push(...role.advise));
    call.on(CallsApiEvent.STARTED_TALKING, () => undefined);
    call.on(CallsApiEvent.STOPPED_TALKING, () => undefined);
    call.on(CallsApiEvent.TALKING_WHILE_MUTED, () => undefined);
    call.on(CallsApiEvent.MESSAGE_RECEIVED, ({ message }) => this.texts.push(message));
    call.on(CallsApiEvent.CALL_RECORDING_STARTED, ({ recordingType }) => this.texts.push(recordingType));
    call.on(CallsApiEvent.CALL_RECORDING_STOPPED, () => undefined);
    call.on(CallsApiEvent.CONFERENCE_RECORDING_STARTED, ({ recordingType }) => this.texts.push(recordingType));
    call.on(CallsApiEvent.CONFERENCE_RECORDING_STOPPED, () => undefined);
    call.on(CallsApiEvent.DIALOG_RECORDING_STARTED, ({ recordingType }) => this.texts.push(recordingType));
    call.on(CallsApiEvent.DIALOG_RECORDING_STOPPED, () => undefined);
    call.on(CallsApiEvent.MACHINE_DETECTION_FINISHED, ({ detectionResult, confidenceRating }) => {
      this.texts.push(detectionResult, String(confidenceRating["HUMAN"]));
    });
    call.on(CallsApiEvent.MACHINE_DETECTION_FAILED, ({ reason }) => this.texts.push(reason));
    call.on(CallsApiEvent.CAMERA_VIDEO_ADDED, ({ stream }) => (this.shown = stream));
    call.on(CallsApiEvent.CAMERA_VIDEO_UPDATED, ({ stream }) => (this.shown = stream));
    call.on(CallsApiEvent.CAMERA_VIDEO_REMOVED, () => (this.shown = null));
    call.on(CallsApiEvent.SCREEN_SHARE_ADDED, ({ stream }) => (this.shown = stream));
    call.on(CallsApiEvent.SCREEN_SHARE_REMOVED, ({ reason }) => reason === VideoRemovalReason.ROLE_CHANGED);
    call.on(CallsApiEvent.NETWORK_QUALITY_CHANGED, ({ networkQuality }) => this.texts.push(String(networkQuality)));
    call.on(CallsApiEvent.RECONNECTING, () => undefined);
    call.on(CallsApiEvent.RECONNECTED, () => undefined);
    call.on(CallsApiEvent.ERROR, ({ errorCode }) => this.texts.push(errorCode.name));
    call.on(CallsApiEvent.HANGUP, ({ errorCode, totalMediaStats }) => {
      this.texts.push(errorCode.name, String(totalMediaStats.totalAudioStats.packetsLost));
    });
    // @ts-expect-error -- rooms are joined, not called
    call.on(CallsApiEvent.ROOM_JOINED, () => undefined);
    // @ts-expect-error -- there may be many others
    call.on(CallsApiEvent.REMOTE_MUTED, () => undefined);
    call.dataChannel().on(DataChannelEvent.BROADCAST_TEXT_RECEIVED_EVENT, ({ text, date }) => this.texts.push(text, date.toISOString()));
    call.hangup();
  }

  attend(call: IncomingApplicationCall): void {
    const name: string | null = call.fromDisplayName();
    this.texts.push(name ?? call.from());
    const held: ApplicationCall = call;
    call.accept(ApplicationCallOptions.builder().setCustomData({ desk: "3" }).build());
    this.texts.push(held.callsConfigurationId());
  }
}
