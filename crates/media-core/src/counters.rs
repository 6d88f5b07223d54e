//! What a shard counts, by name: above all why it dropped something.

macro_rules! counters {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// Something that is counted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Counter {
            $($(#[$doc])* $variant,)*
        }

        const NAMES: &[&str] = &[$($name,)*];
    };
}

counters! {
    DatagramsReceived = "datagrams_received",
    RtpReceived = "rtp_packets_received",
    RtpBytesReceived = "rtp_bytes_received",
    /// Lost, and repeated by a packet that came.
    RtpRecovered = "rtp_packets_recovered",
    RtcpReceived = "rtcp_packets_received",
    RtpSent = "rtp_packets_sent",
    RtpBytesSent = "rtp_bytes_sent",
    RtpRetransmitted = "rtp_packets_retransmitted",
    /// Of these, second copies for viewers that lose much.
    RtpCopied = "rtp_packets_copied",
    RtcpSent = "rtcp_packets_sent",
    KeyFramesAsked = "key_frames_asked",
    NacksSent = "nacks_sent",
    /// Times at which something of a pipe was due.
    Alarms = "alarms",
    PipesOpened = "pipes_opened",
    PipesRefused = "pipes_refused",
    PipesFailed = "pipes_failed",
    /// Steps of DTLS handshakes that were handed out.
    HandshakeSteps = "handshake_steps",
    Panics = "panics",
    /// A track could not be shown, because the description has no room for another section.
    SectionsExhausted = "sections_exhausted",
    /// Texts that clients have sent, by recipients that were sent them, and by those that were not: they read too slowly.
    TextsReceived = "texts_received",
    TextsSent = "texts_sent",
    TextsDropped = "texts_dropped",
    /// Messages of data channels that were answered with a code.
    TextsRefused = "texts_refused",
    /// Messages of data channels that are no texts, or of other channels than the one there is.
    ChannelIgnored = "channel_messages_ignored",
    /// Data channels that ended before their pipe, by whosever will.
    ChannelsLost = "channels_lost",
    RelayBursts = "relay_bursts",
    /// First byte of no protocol spoken here (RFC 7983).
    DropUnclassified = "drop_unclassified",
    /// DTLS, RTP or RTCP from an address that ICE has not validated.
    DropUnknownAddress = "drop_unknown_address",
    /// STUN that is no Binding request with a user name.
    DropStun = "drop_stun",
    /// A user name that no pipe has.
    DropUnknownUser = "drop_unknown_user",
    /// A user name of another shard, on a TCP connection to this one.
    DropForeignUser = "drop_foreign_user",
    /// STUN or DTLS that the pipe's transport did not take.
    DropTransport = "drop_transport",
    /// RTP or RTCP before DTLS is through.
    DropBeforeKeys = "drop_before_keys",
    DropRtpMalformed = "drop_rtp_malformed",
    DropRtpUnknownSsrc = "drop_rtp_unknown_ssrc",
    DropRtpUnauthentic = "drop_rtp_unauthentic",
    DropRtpReplayed = "drop_rtp_replayed",
    /// A payload type that was not negotiated for its section.
    DropRtpPayloadType = "drop_rtp_payload_type",
    /// Retransmitted unasked: senders probe their path so.
    RtpProbes = "rtp_probes_received",
    /// Came twice, or after it was given up.
    DropRtpUseless = "drop_rtp_useless",
    DropRtcpMalformed = "drop_rtcp_malformed",
    DropRtcpUnauthentic = "drop_rtcp_unauthentic",
    /// A viewer has not negotiated the codec in use.
    DropViewCodec = "drop_view_codec",
    /// A viewer asked for more again than it may have.
    DropRetransmissionLimit = "drop_retransmission_limit",
    /// Asked for again, but just sent again.
    DropRepeatedNack = "drop_nack_repeated",
    /// Asked for again, but no longer (or not yet) stored.
    DropRetransmissionUnknown = "drop_retransmission_unknown",
    /// Could not be sealed: a key is used up.
    DropUnsealed = "drop_unsealed",
    /// From another shard, for something that is gone here.
    DropRelay = "drop_relay",
    /// An order that means nothing (any more): unknown pipe, former generation, stale answer.
    OrdersIgnored = "orders_ignored",
}

/// The counts.
#[derive(Debug, Clone)]
pub(crate) struct Counters([u64; NAMES.len()]);

impl Default for Counters {
    fn default() -> Self {
        Self([0; NAMES.len()])
    }
}

impl Counters {
    pub(crate) fn count(&mut self, counter: Counter) {
        self.add(counter, 1);
    }

    pub(crate) fn add(&mut self, counter: Counter, amount: u64) {
        if let Some(count) = self.0.get_mut(counter as usize) {
            *count += amount;
        }
    }

    /// All of them, also those that are zero.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        NAMES.iter().copied().zip(self.0.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_own_name() {
        let mut counters = Counters::default();
        counters.add(Counter::OrdersIgnored, 3);
        counters.count(Counter::DatagramsReceived);
        let all: Vec<_> = counters.iter().collect();
        assert_eq!(all.first(), Some(&("datagrams_received", 1)));
        assert_eq!(all.last(), Some(&("orders_ignored", 3)));
        let mut names: Vec<_> = all.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all.len());
    }
}
