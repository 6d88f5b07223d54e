//! The program as a control plane sees it: over its socket, by signals and exit codes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod common;

use std::net::UdpSocket;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use common::Program;
use media::protocol::{
    Acknowledge, CloseReason, News, OpenPipe, Order, PROTOCOL, Ping, Pong, Shutdown,
};

fn ping(number: u64) -> Order {
    Order::Ping(Ping { number })
}

fn bad_offer(pipe: &str) -> Order {
    Order::OpenPipe(OpenPipe {
        pipe: pipe.to_owned(),
        generation: 1,
        offer: "this is no description".to_owned(),
        sending: vec![],
        shard: None,
    })
}

fn assert_pong(control: &mut common::Control, number: u64) {
    control.say(&ping(number));
    match control.hear_event() {
        Some(News::Pong(Pong { ping, .. })) => assert_eq!(ping, number),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_control_plane_is_greeted_and_every_shard_answers() {
    let program = Program::start("greeting", &["--shards", "2", "--engine-id", "media-7"]);
    let mode = std::fs::metadata(program.socket())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let (mut control, hello, holding) = program.control(1);
    assert_eq!(
        (&*hello.protocol, &*hello.engine, hello.shards),
        (PROTOCOL, "media-7", 2)
    );
    assert!(
        hello.epoch > 1_700_000_000_000_000,
        "microseconds since 1970"
    );
    assert_eq!((holding.pipes.len(), holding.more), (0, false));
    assert_pong(&mut control, 41);
    let load = loop {
        match control.hear() {
            Some(News::Load(load)) => break load,
            Some(_) => {}
            None => panic!("closed"),
        }
    };
    assert_eq!(load.gauges["pipes"], 0);
}

#[test]
fn an_end_is_told_until_it_is_acknowledged() {
    let program = Program::start("ends", &[]);
    let (mut control, hello, _) = program.control(1);
    control.say(&bad_offer("p"));
    let Some(News::PipeClosed(end)) = control.hear_event() else {
        panic!("not closed");
    };
    assert_eq!((&*end.pipe, end.reason), ("p", CloseReason::BadOffer));
    assert!(!end.text.is_empty());
    control.say(&bad_offer("p"));
    assert_eq!(control.hear_event(), Some(News::PipeClosed(end.clone())));
    drop(control);
    let (mut control, _, holding) = program.control(1);
    assert_eq!(holding.pipes, []);
    assert_eq!(control.hear_event(), Some(News::PipeClosed(end.clone())));
    control.say(&Order::Acknowledge(Acknowledge {
        epoch: hello.epoch,
        number: end.number,
    }));
    assert_pong(&mut control, 1);
    drop(control);
    let (mut control, _, _) = program.control(1);
    assert_pong(&mut control, 2);
}

#[test]
fn a_newer_control_plane_takes_over_and_an_older_one_is_refused() {
    let program = Program::start("fence", &[]);
    let (mut old, ..) = program.control(4);
    let (mut new, ..) = program.control(5);
    assert!(matches!(old.hear_event(), Some(News::Fenced(_))));
    assert_eq!(old.hear_event(), None);
    let mut older = program.connect();
    older.hello(PROTOCOL, 4);
    assert!(matches!(older.hear_event(), Some(News::Fenced(_))));
    assert_eq!(older.hear_event(), None);
    assert_pong(&mut new, 9);
}

#[test]
fn a_control_plane_of_another_protocol_learns_which_one_is_spoken() {
    let program = Program::start("foreign", &[]);
    let mut foreign = program.connect();
    foreign.hello("2.0", 1);
    match foreign.hear_event() {
        Some(News::EngineHello(hello)) => assert_eq!(hello.protocol, PROTOCOL),
        other => panic!("{other:?}"),
    }
    assert_eq!(foreign.hear_event(), None);
}

#[test]
fn an_order_that_can_not_be_read_costs_one_answer_and_a_lost_boundary_the_connection() {
    let program = Program::start("garbage", &[]);
    let (mut control, ..) = program.control(1);
    let sing = rmp_serde::to_vec_named(&std::collections::BTreeMap::from([("t", "sing")])).unwrap();
    for (body, name) in [
        (&sing[..], "sing"),
        (b"\xc1", ""),
        (b"", ""),
        (b"\x81\xa1t\xa4ping", "ping"),
    ] {
        control.say_body(body);
        match control.hear_event() {
            Some(News::Unsupported(unsupported)) => assert_eq!(unsupported.order, name),
            other => panic!("{other:?}"),
        }
    }
    assert_pong(&mut control, 3);
    control.say_bytes(&[0, 0x10, 0, 1]);
    assert_eq!(control.hear_event(), None);
    for first in [&b"GET / HTTP/1.1\r\n"[..], b"\0\0\0\x01\xc0"] {
        let mut stranger = program.connect();
        stranger.say_bytes(first);
        assert_eq!(stranger.hear_event(), None);
    }
    let (mut control, ..) = program.control(1);
    assert_pong(&mut control, 4);
}

#[test]
fn a_crowd_of_strangers_keeps_nobody_out() {
    let program = Program::start("crowd", &[]);
    let (mut control, ..) = program.control(1);
    let strangers: Vec<_> = (0..20).map(|_| program.connect()).collect();
    assert_pong(&mut control, 1);
    drop(strangers);
    let (mut next, ..) = program.control(2);
    assert_pong(&mut next, 2);
}

#[test]
fn junk_on_the_media_port_changes_nothing() {
    let program = Program::start("junk", &["--shards", "2"]);
    let (mut control, ..) = program.control(1);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let stun = [
        0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];
    let junk: [&[u8]; 7] = [
        b"",
        b"\0",
        &stun,
        &[22; 1_200],
        &[0x80; 12],
        &[0x80; 3_000],
        &[0xff; 40],
    ];
    for media in &program.media {
        for datagram in junk {
            socket.send_to(datagram, media).unwrap();
        }
    }
    assert_pong(&mut control, 1);
    socket.set_nonblocking(true).unwrap();
    assert!(
        socket.recv(&mut [0; 64]).is_err(),
        "junk is met with silence"
    );
}

#[test]
fn a_port_in_use_is_said_in_one_sentence() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let media = taken.local_addr().unwrap().to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_ringway-media"))
        .args([
            "--socket",
            "/nowhere/socket",
            "--media",
            &media,
            "--advertise",
            "127.0.0.1",
        ])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let port = taken.local_addr().unwrap().port();
    assert_eq!(said, format!("Media port {port}/udp is in use.\n"));
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn a_second_engine_does_not_take_the_socket_of_the_first() {
    let program = Program::start("second", &[]);
    let output = Command::new(env!("CARGO_BIN_EXE_ringway-media"))
        .arg("--socket")
        .arg(program.socket())
        .args(["--media", "127.0.0.1:0", "--advertise", "127.0.0.1"])
        .output()
        .unwrap();
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("Another engine listens on ")
    );
    assert_eq!(output.status.code(), Some(3));
    let (mut control, ..) = program.control(1);
    assert_pong(&mut control, 1);
}

#[test]
fn an_order_and_a_signal_end_it_well() {
    for how in ["order", "TERM", "INT"] {
        let mut program = Program::start(&format!("end-{how}"), &["--shards", "2"]);
        let (mut control, ..) = program.control(1);
        if how == "order" {
            control.say(&Order::Shutdown(Shutdown {}));
        } else {
            program.signal(how);
        }
        assert_eq!(control.hear_event(), None);
        let (status, log) = program.ended();
        assert_eq!(status.code(), Some(0), "{log}");
        assert!(!program.socket().exists());
    }
}

#[test]
fn it_waits_for_another_control_plane_and_then_ends() {
    let mut program = Program::start("grace", &["--grace", "1"]);
    let (control, ..) = program.control(1);
    drop(control);
    let (mut control, ..) = program.control(1);
    assert_pong(&mut control, 1);
    drop(control);
    let (status, log) = program.ended();
    assert_eq!(status.code(), Some(0));
    assert!(log.contains("no control plane came in time"), "{log}");
}
