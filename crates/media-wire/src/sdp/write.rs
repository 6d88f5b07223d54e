//! Writes a description, in the order and manner that browsers write theirs.

use std::fmt::{self, Display, Formatter, Write};

use super::{Attributes, Codec, Description, Section};

/// Stands in a `c=` line when ICE tells where to send.
pub(super) const NO_ADDRESS: &str = "IN IP4 0.0.0.0";

impl Display for Description {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let origin = &self.origin;
        write!(
            f,
            "v=0\r\no={} {} {} {}\r\ns=-\r\nt=0 0\r\n",
            origin.username, origin.session_id, origin.version, origin.address
        )?;
        for mids in &self.bundles {
            f.write_str("a=group:BUNDLE")?;
            for mid in mids {
                write!(f, " {mid}")?;
            }
            f.write_str("\r\n")?;
        }
        flag(f, "ice-lite", self.ice_lite)?;
        value(f, "msid-semantic", self.msid_semantic.as_ref())?;
        self.attributes.fmt(f)?;
        self.sections.iter().try_for_each(|section| section.fmt(f))
    }
}

impl Display for Attributes {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        value(f, "ice-ufrag", self.ice_ufrag.as_ref())?;
        value(f, "ice-pwd", self.ice_pwd.as_ref())?;
        if !self.ice_options.is_empty() {
            write!(f, "a=ice-options:{}\r\n", self.ice_options.join(" "))?;
        }
        value(f, "fingerprint", &self.fingerprints)?;
        value(f, "setup", self.setup.map(super::Setup::name))?;
        flag(f, "extmap-allow-mixed", self.extmap_allow_mixed)?;
        value(f, "extmap", &self.extensions)?;
        if let Some(direction) = self.direction {
            flag(f, direction.name(), true)?;
        }
        Ok(())
    }
}

impl Display for Section {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "m={} {} {}", self.kind.name(), self.port, self.protocol)?;
        for codec in &self.codecs {
            write!(f, " {}", codec.payload_type)?;
        }
        for format in &self.formats {
            write!(f, " {format}")?;
        }
        if self.codecs.is_empty() && self.formats.is_empty() {
            // The grammar demands a format, also of a rejected section.
            f.write_str(" 0")?;
        }
        let connection = self.connection.as_deref().unwrap_or(NO_ADDRESS);
        write!(f, "\r\nc={connection}\r\n")?;
        if let Some(rate) = self.bandwidth_as {
            write!(f, "b=AS:{rate}\r\n")?;
        }
        if let Some(rate) = self.bandwidth_tias {
            write!(f, "b=TIAS:{rate}\r\n")?;
        }
        value(f, "candidate", &self.candidates)?;
        flag(f, "end-of-candidates", self.end_of_candidates)?;
        value(f, "mid", self.mid.as_ref())?;
        self.attributes.fmt(f)?;
        value(f, "msid", &self.msids)?;
        flag(f, "bundle-only", self.bundle_only)?;
        flag(f, "rtcp-mux", self.rtcp_mux)?;
        flag(f, "rtcp-rsize", self.rtcp_rsize)?;
        self.codecs.iter().try_for_each(|codec| codec.fmt(f))?;
        value(f, "ptime", self.ptime)?;
        value(f, "maxptime", self.max_ptime)?;
        value(f, "rid", &self.rids)?;
        value(f, "simulcast", self.simulcast.as_ref())?;
        self.write_sources(f)?;
        value(f, "sctp-port", self.sctp_port)?;
        value(f, "max-message-size", self.max_message_size)
    }
}

impl Section {
    fn write_sources(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for group in &self.ssrc_groups {
            write!(f, "a=ssrc-group:{}", group.semantics)?;
            for ssrc in &group.ssrcs {
                write!(f, " {ssrc}")?;
            }
            f.write_str("\r\n")?;
        }
        for source in &self.ssrcs {
            let ssrc = source.ssrc;
            if let Some(cname) = &source.cname {
                write!(f, "a=ssrc:{ssrc} cname:{cname}\r\n")?;
            }
            if let Some(msid) = &source.msid {
                write!(f, "a=ssrc:{ssrc} msid:{msid}\r\n")?;
            }
            if source.cname.is_none() && source.msid.is_none() {
                write!(f, "a=ssrc:{ssrc}\r\n")?;
            }
        }
        Ok(())
    }
}

impl Display for Codec {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let number = self.payload_type;
        write!(f, "a=rtpmap:{number} {}/{}", self.name, self.clock)?;
        if self.channels != 1 {
            write!(f, "/{}", self.channels)?;
        }
        f.write_str("\r\n")?;
        for kind in &self.feedback {
            write!(f, "a=rtcp-fb:{number} {kind}\r\n")?;
        }
        if self.parameters.is_empty() {
            return Ok(());
        }
        write!(f, "a=fmtp:{number} ")?;
        for (index, parameter) in self.parameters.iter().enumerate() {
            if index > 0 {
                f.write_char(';')?;
            }
            f.write_str(&parameter.name)?;
            if let Some(value) = &parameter.value {
                write!(f, "={value}")?;
            }
        }
        f.write_str("\r\n")
    }
}

fn flag(f: &mut Formatter<'_>, name: &str, is_set: bool) -> fmt::Result {
    if is_set {
        write!(f, "a={name}\r\n")?;
    }
    Ok(())
}

/// A line for each value.
fn value<T: Display>(
    f: &mut Formatter<'_>,
    name: &str,
    values: impl IntoIterator<Item = T>,
) -> fmt::Result {
    for value in values {
        write!(f, "a={name}:{value}\r\n")?;
    }
    Ok(())
}
