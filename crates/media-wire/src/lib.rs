//! RTP, RTCP, header extensions and SDP: parse and write.
