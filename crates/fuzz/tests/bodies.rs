//! Runs every body over its corpus and for some seconds of mutations.

#[test]
fn rtp() {
    fuzz::run("rtp", fuzz::rtp);
}

#[test]
fn rtcp() {
    fuzz::run("rtcp", fuzz::rtcp);
}

#[test]
fn stun() {
    fuzz::run("stun", fuzz::stun);
}

#[test]
fn sdp() {
    fuzz::run("sdp", fuzz::sdp);
}

#[test]
fn vp8() {
    fuzz::run("vp8", fuzz::vp8);
}

#[test]
fn h264() {
    fuzz::run("h264", fuzz::h264);
}

#[test]
fn red() {
    fuzz::run("red", fuzz::red);
}

#[test]
fn framing() {
    fuzz::run("framing", fuzz::framing);
}

#[test]
fn srtp() {
    fuzz::run("srtp", fuzz::srtp);
}

#[test]
fn transport() {
    fuzz::run("transport", fuzz::transport);
}

#[test]
fn sctp() {
    fuzz::run("sctp", fuzz::sctp);
}

#[test]
fn channel() {
    fuzz::run("channel", fuzz::channel);
}

#[test]
fn shard() {
    fuzz::run("shard", fuzz::shard);
}
