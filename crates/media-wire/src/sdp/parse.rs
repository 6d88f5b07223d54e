//! Reads a description line by line.

mod section;

use std::collections::HashSet;

use section::Draft;

use super::attribute::{identifier, number, token};
use super::limits;
use super::{
    Attributes, Description, Direction, Extension, Fingerprint, Origin, Problem, SdpError, Setup,
};

pub(super) fn description(text: &str) -> Result<Description, SdpError> {
    let problem = |line, problem| SdpError { line, problem };
    if text.len() > limits::TEXT {
        return Err(problem(0, Problem::TextTooLong));
    }
    let mut parser = Parser::default();
    let lines = text
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line));
    for (index, line) in lines.enumerate() {
        // Empty lines are not allowed, but one at the end is what a last CR LF leaves.
        if !line.is_empty() {
            parser.line(line).map_err(|bad| problem(index + 1, bad))?;
        }
    }
    parser.finish().map_err(|bad| problem(0, bad))
}

#[derive(Default)]
struct Parser {
    has_version: bool,
    origin: Option<Origin>,
    description: Description,
    section: Option<Draft>,
    /// Of the sections so far.
    mids: HashSet<String>,
}

impl Parser {
    fn line(&mut self, line: &str) -> Result<(), Problem> {
        if line.len() > limits::LINE {
            return Err(Problem::LineTooLong);
        }
        if line.bytes().any(|byte| matches!(byte, 0 | b'\r')) {
            return Err(Problem::ForbiddenByte);
        }
        let (kind, value) = line.split_once('=').ok_or(Problem::NotALine)?;
        if kind.len() != 1 || !kind.bytes().all(|letter| letter.is_ascii_lowercase()) {
            return Err(Problem::NotALine);
        }
        if !self.has_version {
            self.has_version = kind == "v" && value == "0";
            return if self.has_version {
                Ok(())
            } else {
                Err(Problem::NoVersion)
            };
        }
        match kind {
            "o" => self.origin = Some(origin(value).ok_or(Problem::BadValue("o="))?),
            "m" => {
                self.end_section()?;
                self.section = Some(Draft::begin(value)?);
            }
            "a" => {
                let (name, value) = value.split_once(':').unwrap_or((value, ""));
                match &mut self.section {
                    Some(draft) => draft.attribute(name, value)?,
                    None => self.description.attribute(name, value)?,
                }
            }
            "b" | "c" => {
                if let Some(draft) = &mut self.section {
                    draft.connection_or_bandwidth(kind, value)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end_section(&mut self) -> Result<(), Problem> {
        let Some(draft) = self.section.take() else {
            return Ok(());
        };
        let section = draft.finish()?;
        if let Some(mid) = &section.mid
            && !self.mids.insert(mid.clone())
        {
            return Err(Problem::DuplicateMid);
        }
        push(
            &mut self.description.sections,
            section,
            "sections",
            limits::SECTIONS,
        )
    }

    fn finish(mut self) -> Result<Description, Problem> {
        self.end_section()?;
        if !self.has_version {
            return Err(Problem::NoVersion);
        }
        self.description.origin = self.origin.ok_or(Problem::NoOrigin)?;
        let description = self.description;
        let mut mids = description.bundles.iter().flatten();
        if mids.any(|mid| !self.mids.contains(mid)) {
            return Err(Problem::UnknownMid);
        }
        Ok(description)
    }
}

impl Description {
    fn attribute(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        match name {
            "group" => {
                let mut words = value.split(' ').filter(|word| !word.is_empty());
                if words.next() != Some("BUNDLE") {
                    return Ok(());
                }
                let mut mids = Vec::new();
                for mid in words {
                    let mid = identifier(mid).ok_or(Problem::BadValue("a=group"))?;
                    push(
                        &mut mids,
                        mid.to_owned(),
                        "mids in a group",
                        limits::SECTIONS,
                    )?;
                }
                push(&mut self.bundles, mids, "BUNDLE groups", limits::SECTIONS)
            }
            "ice-lite" => {
                self.ice_lite = true;
                Ok(())
            }
            "msid-semantic" => {
                self.msid_semantic = Some(value.to_owned());
                Ok(())
            }
            _ => self.attributes.attribute(name, value),
        }
    }
}

impl Attributes {
    fn attribute(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        match name {
            "ice-ufrag" => {
                let ufrag = ice_text(value, 4).ok_or(Problem::BadValue("a=ice-ufrag"))?;
                self.ice_ufrag = Some(ufrag.to_owned());
            }
            "ice-pwd" => {
                let pwd = ice_text(value, 22).ok_or(Problem::BadValue("a=ice-pwd"))?;
                self.ice_pwd = Some(pwd.to_owned());
            }
            "ice-options" => {
                self.ice_options.clear();
                for word in value.split(' ').filter(|word| !word.is_empty()) {
                    let word = word.to_owned();
                    push(
                        &mut self.ice_options,
                        word,
                        "ICE options",
                        limits::ICE_OPTIONS,
                    )?;
                }
            }
            "fingerprint" => {
                let fingerprint =
                    Fingerprint::parse(value).ok_or(Problem::BadValue("a=fingerprint"))?;
                push(
                    &mut self.fingerprints,
                    fingerprint,
                    "fingerprints",
                    limits::FINGERPRINTS,
                )?;
            }
            "setup" => {
                let setup = Setup::from_name(value).ok_or(Problem::BadValue("a=setup"))?;
                self.setup = Some(setup);
            }
            "extmap" => {
                let extension = Extension::parse(value).ok_or(Problem::BadValue("a=extmap"))?;
                push(
                    &mut self.extensions,
                    extension,
                    "header extensions",
                    limits::EXTENSIONS,
                )?;
            }
            "extmap-allow-mixed" => self.extmap_allow_mixed = true,
            _ => {
                if let Some(direction) = Direction::from_name(name) {
                    self.direction = Some(direction);
                }
            }
        }
        Ok(())
    }
}

fn origin(value: &str) -> Option<Origin> {
    let words: Vec<_> = value.splitn(7, ' ').collect();
    let [username, session_id, version, network, family, address] = words[..] else {
        return None;
    };
    if username.is_empty() || address.is_empty() {
        return None;
    }
    Some(Origin {
        username: username.to_owned(),
        session_id: number(session_id)?,
        version: number(version)?,
        address: format!("{} {} {address}", token(network)?, token(family)?),
    })
}

/// ALPHA, DIGIT, `+` and `/`, `least` to 256 of them (RFC 8839 §5.4).
fn ice_text(value: &str, least: usize) -> Option<&str> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let valid = (least..=256).contains(&value.len()) && value.bytes().all(allowed);
    valid.then_some(value)
}

fn push<T>(list: &mut Vec<T>, item: T, what: &'static str, limit: usize) -> Result<(), Problem> {
    if list.len() >= limit {
        return Err(Problem::TooMany { what, limit });
    }
    list.push(item);
    Ok(())
}
