//! What goes wrong, and what must hold all the same.

use base::Duration;
use db::{Db, Mode, Options, Target};
use domain::server::{ClockStepped, Event};
use expect_test::expect;
use sim::{Fault, World};

#[test]
fn inv03_a_crash_between_commit_and_act_loses_no_effect() {
    for seed in 0..20 {
        let mut world = World::seed(seed);
        world.begin();
        world.alert("transfers", "high");
        // The claim of the page is committed, and the process dies before it sends.
        world.suffer(Fault::CrashAfterCommit);
        world.run_for(Duration::minutes(2));
        assert_eq!(world.reached(), ["on-call"], "seed {seed}");
        world.check_all();
    }
}

#[test]
fn a_full_disk_for_a_minute_loses_nothing_and_tells_the_last_resort() {
    let mut world = World::seed(21);
    world.begin();
    world.suffer(Fault::FullDisk);
    world.alert("cards", "high");
    assert_eq!(world.reached(), [""; 0], "nothing was recorded, the sender was told so");
    world.run_for(Duration::seconds(60));
    world.mend();
    world.alert("cards", "high");
    world.run_for(Duration::minutes(1));
    world.check_all();
    expect![[r#"
        +0:30 board (nothing is recorded)
        +1:00 on-call"#]]
    .assert_eq(&world.pages());
}

#[test]
fn a_restored_old_database_is_not_signed_over_until_an_epoch_is_declared() {
    let mut world = World::seed(22);
    world.begin();
    let backup = world.file("backup.db");
    world.app().db().backup(&backup).unwrap();
    world.alert("cards", "high");
    world.run_for(Duration::minutes(2));
    let options = Options { mode: Mode::Inline, ..Options::default() };
    let old = Db::open(&Target::Sqlite(backup), options).unwrap();
    world.start_over(old);
    let refused = world.run(|app| async move { app.sign_checkpoint().await });
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("older database was restored"), "{said}");
    let declared = world.run(|app| async move { app.declare_epoch("restored".into()).await });
    world.must("declaring an epoch", declared);
    world.forget_the_log();
    world.run_for(Duration::minutes(1));
    world.check_all();
}

#[test]
fn a_clock_that_is_set_back_is_recorded_and_time_goes_on() {
    let mut world = World::seed(23);
    world.begin();
    world.suffer(Fault::ClockStep(Duration::hours(-1)));
    world.run_for(Duration::minutes(1));
    world.alert("cards", "high");
    world.run_for(Duration::minutes(1));
    world.suffer(Fault::Crash);
    world.run_for(Duration::minutes(1));
    world.check_all();
    let steps = world.entries_of(&["clock_stepped"]);
    let by = steps.iter().map(|entry| {
        let event = Event::parse("clock_stepped", &entry.data);
        let Ok(Event::ClockStepped(ClockStepped { expected, found })) = event else { panic!() };
        (found - expected).as_seconds()
    });
    let by: Vec<i64> = by.collect();
    assert!(by[0] < -3500 && by.len() <= 2, "once, and once after the restart: {by:?}");
}

#[test]
fn the_night_the_clocks_go_back_is_an_hour_like_any_other() {
    // The world begins an hour before 25 October 2026 has its second 02:00.
    let mut world = World::seed(24);
    world.begin();
    world.alert("cards", "high");
    world.run_for(Duration::hours(3));
    assert_eq!(world.reached().first(), Some(&"on-call"));
    assert!(world.entries_of(&["clock_stepped"]).is_empty());
    world.check_all();
}
