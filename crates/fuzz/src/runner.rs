//! Runs a body over its corpus, then over changed inputs for some seconds.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, fs};

use crate::mutation::mutate;
use crate::random::Random;

const SECONDS: &str = "RINGWAY_FUZZ_SECONDS";
const SEED: &str = "RINGWAY_FUZZ_SEED";

/// Seconds for one target when nobody says otherwise.
const DEFAULT_SECONDS: u64 = 2;

/// Calls `body` with every file of `corpus/<target>`, then with mutations of these until
/// `RINGWAY_FUZZ_SECONDS` (default 2) have gone. The same `RINGWAY_FUZZ_SEED` (default 1)
/// gives the same inputs in the same order.
///
/// # Panics
/// When the body does, having printed the input; when the corpus is empty or cannot be read;
/// when a variable is not a number.
pub fn run(target: &str, body: fn(&[u8])) {
    let corpus = corpus(target);
    assert!(!corpus.is_empty(), "corpus/{target} has no files");
    for (name, input) in &corpus {
        attempt(body, input, || format!("corpus/{target}/{name}"));
    }
    let seed = variable(SEED, 1);
    let mut random = Random::new(seed);
    let end = Instant::now() + Duration::from_secs(variable(SECONDS, DEFAULT_SECONDS));
    let mut input = Vec::new();
    let mut count = 0u64;
    while Instant::now() < end {
        // Half of the time what came last is changed once more, the rest begins anew.
        if random.below(2) == 0 {
            input.clone_from(&corpus[random.below(corpus.len())].1);
        }
        let other = &corpus[random.below(corpus.len())].1;
        mutate(&mut random, &mut input, other);
        count += 1;
        attempt(body, &input, || {
            format!("{target}, {SEED}={seed}, input {count}")
        });
    }
    println!("{target}: {} files, {count} mutations", corpus.len());
}

fn attempt(body: fn(&[u8]), input: &[u8], what: impl Fn() -> String) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| body(input))) {
        let digits = input.iter().fold(String::new(), |mut digits, byte| {
            let _ = write!(digits, "{byte:02x}");
            digits
        });
        eprintln!("{}: {} bytes: {digits}", what(), input.len());
        resume_unwind(panic);
    }
}

/// All files of a target, by name.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("corpus/{target}: {error}"))
        .map(|entry| {
            let entry = entry.expect("a folder can be listed");
            let bytes = fs::read(entry.path()).expect("a corpus file can be read");
            (entry.file_name().to_string_lossy().into_owned(), bytes)
        })
        .collect();
    files.sort();
    files
}

fn variable(name: &str, default: u64) -> u64 {
    match env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name} is not a number: {text}")),
        Err(_) => default,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_not_swallowed() {
        let fault = catch_unwind(|| attempt(|input| assert!(input.is_empty()), b"x", String::new));
        assert!(fault.is_err());
        attempt(|input| assert!(input.is_empty()), b"", String::new);
    }

    #[test]
    #[should_panic(expected = "corpus/nothing")]
    fn a_target_without_corpus_is_a_fault() {
        run("nothing", |_| {});
    }
}
