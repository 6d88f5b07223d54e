pub(crate) fn hex(_: &str) -> Vec<u8> {
    vec![]
}
