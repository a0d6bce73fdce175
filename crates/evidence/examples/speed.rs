//! How fast entries are sealed and a log is verified: `cargo run --release -p evidence --example speed`.
//! The number of entries may be given; a million need about 2 GB of memory.

use std::time::Instant;

use evidence::{Tail, pack, sample, seal};

#[expect(clippy::disallowed_methods, clippy::print_stdout, reason = "it measures and tells")]
fn main() {
    let entries = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(100_000);
    let (envelope, mut entropy) = (sample::envelope(), sample::Counter::default());
    let draft = sample::draft(1, 100, 400);
    let rounds = 2_000u32;
    let drafts = vec![draft.clone(); rounds as usize];
    let start = Instant::now();
    for each in drafts {
        let now = each.occurred_at;
        let sealed = seal(each, &envelope, Tail::default(), now, &mut entropy);
        std::hint::black_box(sealed.is_ok());
    }
    println!("seal, 100 words of 400 bytes: {:?} an entry", start.elapsed() / rounds);

    let start = Instant::now();
    let log = sample::served_log(entries).expect("invariant: made-up drafts can be sealed");
    println!("write a log of {entries} entries: {:?}", start.elapsed());
    let start = Instant::now();
    let report = pack::verify(&log, Some(sample::key().vkey()));
    println!("verify it: {:?}, {:?}", start.elapsed(), report.verdict);
}
