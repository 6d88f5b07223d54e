//! Any description that is written is read the same.

use media_wire::sdp::{
    Attributes, Codec, Description, Direction, Extension, Fingerprint, MediaKind, Msid, Origin,
    Parameter, Rid, Section, Setup, Ssrc, SsrcGroup,
};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;

const WORD: &str = "[a-zA-Z0-9+._{}-]{1,20}";

fn attributes() -> impl Strategy<Value = Attributes> {
    let direction = prop::sample::select(vec![
        Direction::SendRecv,
        Direction::SendOnly,
        Direction::RecvOnly,
        Direction::Inactive,
    ]);
    let setup = prop::sample::select(vec![Setup::ActPass, Setup::Active, Setup::Passive]);
    let fingerprint = vec(any::<u8>(), 32).prop_map(|bytes| Fingerprint {
        algorithm: "sha-256".into(),
        bytes,
    });
    let extension = (
        1u16..=255,
        option::of(direction.clone()),
        WORD,
        option::of("[a-z ]{0,5}[a-z]".prop_map(|text| text.trim_start().to_owned())),
    )
        .prop_map(|(id, direction, uri, attributes)| Extension {
            id,
            direction,
            uri,
            attributes,
        });
    (
        option::of("[a-zA-Z0-9+/]{4,256}"),
        option::of("[a-zA-Z0-9+/]{22,256}"),
        vec(WORD, 0..3),
        vec(fingerprint, 0..3),
        option::of(setup),
        option::of(direction),
        vec(extension, 0..5),
        any::<bool>(),
    )
        .prop_map(
            |(
                ice_ufrag,
                ice_pwd,
                ice_options,
                fingerprints,
                setup,
                direction,
                extensions,
                extmap_allow_mixed,
            )| Attributes {
                ice_ufrag,
                ice_pwd,
                ice_options,
                fingerprints,
                setup,
                direction,
                extensions,
                extmap_allow_mixed,
            },
        )
}

fn codecs() -> impl Strategy<Value = Vec<Codec>> {
    let parameter = (WORD, option::of("[a-z0-9=]{0,9}"));
    let codec = (
        WORD,
        1u32..=u32::MAX,
        1u8..=u8::MAX,
        vec(parameter, 0..5),
        btree_set("[a-z]{1,9}( [a-z]{1,9})?", 0..5),
    );
    btree_map(0u8..128, codec, 1..10).prop_map(|codecs| {
        let codec = |(number, (name, clock, channels, parameters, feedback)): (u8, _)| {
            let parameters: Vec<(String, Option<String>)> = parameters;
            let feedback: std::collections::BTreeSet<String> = feedback;
            let name: String = name;
            let parameters = parameters
                .into_iter()
                .map(|(name, value)| Parameter { name, value })
                .collect();
            Codec {
                parameters,
                feedback: feedback.into_iter().collect(),
                ..Codec::new(number, &name, clock, channels)
            }
        };
        codecs.into_iter().map(codec).collect()
    })
}

fn msid() -> impl Strategy<Value = Msid> {
    (WORD, option::of(WORD)).prop_map(|(stream, track)| Msid { stream, track })
}

fn sources() -> impl Strategy<Value = (Vec<Ssrc>, Vec<SsrcGroup>)> {
    let said = (option::of("[a-z@ ]{0,9}"), option::of(msid()));
    let sources = btree_map(any::<u32>(), said, 0..6).prop_map(|sources| {
        let source = |(ssrc, (cname, msid))| Ssrc { ssrc, cname, msid };
        sources.into_iter().map(source).collect()
    });
    let group = (WORD, vec(any::<u32>(), 0..4))
        .prop_map(|(semantics, ssrcs)| SsrcGroup { semantics, ssrcs });
    (sources, vec(group, 0..3))
}

fn section() -> impl Strategy<Value = Section> {
    let kind = prop_oneof![
        Just(MediaKind::Audio),
        Just(MediaKind::Video),
        Just(MediaKind::Other("text".into())),
    ];
    let rid = ("[a-z]{1,4}", any::<bool>(), option::of("[a-z=;0-9 ]{0,9}")).prop_map(
        |(id, sends, restrictions)| Rid {
            id,
            sends,
            restrictions,
        },
    );
    let head = (kind, any::<u16>(), codecs(), attributes(), sources());
    let lists = (
        vec(msid(), 0..3),
        vec("[a-z0-9 ]{0,30}", 0..4),
        vec(rid, 0..3),
        option::of("[a-z;, ]{0,9}"),
    );
    let flags = any::<[bool; 4]>();
    let numbers = any::<[Option<u64>; 3]>();
    let small = any::<(Option<u32>, Option<u32>, Option<u16>)>();
    (head, lists, flags, numbers, small).prop_map(
        |((kind, port, codecs, attributes, sources), lists, flags, numbers, small)| {
            let (msids, candidates, rids, simulcast) = lists;
            let [rtcp_mux, rtcp_rsize, bundle_only, end_of_candidates] = flags;
            let [bandwidth_as, bandwidth_tias, max_message_size] = numbers;
            let (ptime, max_ptime, sctp_port) = small;
            let (ssrcs, ssrc_groups) = sources;
            Section {
                kind,
                port,
                protocol: "UDP/TLS/RTP/SAVPF".into(),
                codecs,
                formats: Vec::new(),
                connection: None,
                mid: None,
                attributes,
                ssrcs,
                ssrc_groups,
                msids,
                rtcp_mux,
                rtcp_rsize,
                bundle_only,
                candidates,
                end_of_candidates,
                bandwidth_as,
                bandwidth_tias,
                ptime,
                max_ptime,
                rids,
                simulcast,
                sctp_port,
                max_message_size,
            }
        },
    )
}

fn description() -> impl Strategy<Value = Description> {
    let origin = ("[a-z-]{1,9}", any::<u64>(), any::<u64>());
    let sections = vec((section(), option::of(WORD)), 0..5);
    let head = (origin, any::<bool>(), option::of("[A-Z *]{0,9}"));
    (head, attributes(), sections, any::<bool>()).prop_map(
        |((origin, ice_lite, msid_semantic), attributes, sections, bundled)| {
            let mut sections: Vec<Section> = sections
                .into_iter()
                .enumerate()
                .map(|(index, (section, mid))| Section {
                    mid: mid.map(|word| format!("{index}{word}")),
                    ..section
                })
                .collect();
            if let Some(section) = sections.first_mut() {
                section.connection = Some("IN IP6 2001:db8::1".into());
            }
            let mids: Vec<String> = sections
                .iter()
                .filter_map(|section| section.mid.clone())
                .collect();
            let (username, session_id, version) = origin;
            Description {
                origin: Origin {
                    username,
                    session_id,
                    version,
                    ..Origin::default()
                },
                bundles: if bundled { vec![mids] } else { Vec::new() },
                ice_lite,
                msid_semantic,
                attributes,
                sections,
            }
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read(description in description()) {
        let text = description.to_string();
        prop_assert_eq!(Description::parse(&text), Ok(description), "{}", text);
    }

    #[test]
    fn any_text_is_read_or_refused(lines in vec("[a-z]=[ -~]{0,40}", 0..30)) {
        let _ = Description::parse(&format!("v=0\r\no=- 1 1 IN IP4 h\r\n{}", lines.join("\r\n")));
    }
}
