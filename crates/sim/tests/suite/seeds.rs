//! Many seeds: people work, senders send, things go wrong, and everything is checked.

use std::thread;

use sim::World;

/// How many seeds run where `WATCHKEEPER_SIM_SEEDS` says nothing.
const SEEDS: u64 = 200;
/// How many steps each lives.
const STEPS: usize = 45;

fn world(seed: u64) -> World {
    let mut world =
        if seed.is_multiple_of(2) { World::seed(seed) } else { World::that_declares(seed) };
    world.live(STEPS);
    world.check_all();
    world
}

#[test]
fn two_hundred_seeds() {
    let named = std::env::var("WATCHKEEPER_SIM_SEEDS").ok().and_then(|text| text.parse().ok());
    let seeds = named.unwrap_or(SEEDS);
    let run = |first: u64| (first..seeds).step_by(2).for_each(|seed| drop(world(seed)));
    thread::scope(|scope| {
        scope.spawn(|| run(0));
        scope.spawn(|| run(1));
    });
}

#[test]
fn a_seed_replays_exactly() {
    for seed in [3, 4] {
        let (first, again) = (world(seed), world(seed));
        assert_eq!(first.root(), again.root(), "seed {seed}");
        assert_eq!(first.pages(), again.pages(), "seed {seed}");
    }
    assert_ne!(world(3).root(), world(5).root());
}
