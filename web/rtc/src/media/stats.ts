/** Statistics as they are shown: plain numbers about the sound of a call. */

export enum NetworkQuality {
  BAD = 1,
  POOR,
  FAIR,
  GOOD,
  EXCELLENT,
}

/** Counters of sent and received audio, and measures of the way between. */
export class AudioStats {
  /** E.g. "opus"; not set before sound flows. */
  codec?: string;
  /** Milliseconds. */
  roundTripTime = 0;
  packetsSent = 0;
  /** Payload bytes, as the browser counts them. */
  bytesSent = 0;
  retransmittedPacketsSent = 0;
  retransmittedBytesSent = 0;
  packetsReceived = 0;
  bytesReceived = 0;
  /** Packets on their way to us that never came (RFC 3550 section 6.4.1). */
  packetsLost = 0;
  /** Milliseconds (RFC 3550 section 6.4.1), of what we receive. */
  jitter = 0;

  toJSON(): object {
    return { ...this };
  }
}

/** The last second of a call. */
export class CurrentMediaStats {
  constructor(
    readonly currentAudioStats: AudioStats = new AudioStats(),
    /** Mean opinion score, 1 to 5 (ITU-T G.107). */
    readonly mos = 5,
  ) {}

  toJSON(): object {
    return { currentAudioStats: this.currentAudioStats.toJSON(), mos: this.mos };
  }
}

/** A whole call. */
export class TotalMediaStats {
  constructor(readonly totalAudioStats: AudioStats = new AudioStats()) {}

  toJSON(): object {
    return { totalAudioStats: this.totalAudioStats.toJSON() };
  }
}
