//! Who is woken, when, and what stops it.

use base::Duration;
use expect_test::{Expect, expect};
use sim::{Fault, Weather, World, people::Habit};

fn minutes(count: i64) -> Duration {
    Duration::minutes(count)
}

#[expect(clippy::needless_pass_by_value, reason = "an expectation is written where it is called")]
fn check(world: &mut World, expected: Expect) {
    world.check_all();
    expected.assert_eq(&world.pages());
}

#[test]
fn g02_an_unanswered_page_climbs_to_the_last_resort_and_does_not_give_up() {
    let mut world = World::seed(7);
    world.begin();
    world.alert("transfers", "high");
    world.run_for(minutes(90));
    check(
        &mut world,
        expect![[r#"
        +0:00 on-call
        +5:00 lead
        +20:00 board
        +50:00 board
        +80:00 board"#]],
    );
}

#[test]
fn an_answer_stops_the_ladder_and_it_begins_again_unless_it_is_over() {
    let mut world = World::seed(8);
    world.begin();
    world.habit("on-call", Habit::After(Duration::seconds(90)));
    world.alert("transfers", "high");
    world.run_for(minutes(40));
    world.resolve("transfers");
    world.run_for(minutes(120));
    check(
        &mut world,
        expect![[r#"
        +0:00 on-call
        +31:30 on-call"#]],
    );
}

#[test]
fn g01_an_opened_link_changes_nothing() {
    let mut world = World::seed(9);
    world.begin();
    world.alert("transfers", "high");
    world.run_for(minutes(1));
    // The mail gateway's scanner has opened the link; the ladder climbs all the same.
    let before = world.root();
    let pages = world.open_every_link();
    assert_eq!((pages, world.root()), (1, before));
    world.run_for(minutes(5));
    check(
        &mut world,
        expect![[r#"
        +0:00 on-call
        +5:00 lead"#]],
    );
}

#[test]
fn a_declared_incident_pages_until_somebody_takes_command_and_again_when_a_task_is_late() {
    let mut world = World::that_declares(10);
    world.begin();
    world.alert("ledger", "critical");
    world.run_for(minutes(7));
    let incident = world.open_incidents()[0];
    let lead = world.person("lead").caller(world.now());
    let taken =
        world.run(|app| async move { app.take_command(&lead, incident, String::new()).await });
    world.must("taking command", taken);
    world.run_for(minutes(20));
    check(
        &mut world,
        expect![[r#"
        +0:00 on-call
        +5:00 lead
        +15:00 on-call
        +20:00 lead"#]],
    );
}

#[test]
fn a_dead_relay_for_an_hour_is_retried_and_fallen_through_and_nothing_is_lost() {
    let mut world = World::seed(11);
    world.begin();
    world.suffer(Fault::Relays(Weather::Dead));
    world.alert("cards", "critical");
    world.run_for(minutes(60));
    assert_eq!(world.reached(), [""; 0]);
    world.suffer(Fault::Relays(Weather::Fair));
    world.run_for(minutes(40));
    check(
        &mut world,
        expect![[r#"
        +0:00 on-call in vain
        +0:10 on-call in vain
        +0:30 on-call in vain
        +1:00 on-call in vain
        +1:10 on-call by push in vain
        +1:20 on-call by push in vain
        +1:40 on-call by push in vain
        +2:10 on-call by push in vain
        +5:00 lead in vain
        +5:10 lead in vain
        +5:30 lead in vain
        +6:00 lead in vain
        +6:10 lead by push in vain
        +6:20 lead by push in vain
        +6:40 lead by push in vain
        +7:10 lead by push in vain
        +20:00 board in vain
        +20:10 board in vain
        +20:30 board in vain
        +21:00 board in vain
        +21:10 board by push in vain
        +21:20 board by push in vain
        +21:40 board by push in vain
        +22:10 board by push in vain
        +50:00 board in vain
        +50:10 board in vain
        +50:30 board in vain
        +51:00 board in vain
        +51:10 board by push in vain
        +51:20 board by push in vain
        +51:40 board by push in vain
        +52:10 board by push in vain
        +80:00 board"#]],
    );
}

#[test]
fn an_alert_that_joins_a_group_of_a_closed_incident_wakes_somebody() {
    let mut world = World::that_declares(12);
    world.begin();
    world.alert("ledger", "critical");
    let incident = world.open_incidents()[0];
    let lead = world.person("lead").caller(world.now());
    let closed = world.run(|app| async move {
        app.close_incident(&lead, incident, (true, "a drill".into())).await
    });
    world.must("closing", closed);
    world.run_for(minutes(30));
    world.deliver_one("ledger", "QueueGrows", "high", true);
    world.run_for(minutes(6));
    check(
        &mut world,
        expect![[r#"
        +30:00 on-call
        +35:00 lead"#]],
    );
}

#[test]
fn over_and_firing_again_in_one_request_still_wakes_somebody() {
    let mut world = World::seed(13);
    world.begin();
    world.habit("on-call", Habit::After(Duration::seconds(30)));
    world.alert("cards", "high");
    world.run_for(minutes(2));
    world.over_and_again("cards");
    world.run_for(minutes(35));
    check(
        &mut world,
        expect![[r#"
        +0:00 on-call
        +30:30 on-call"#]],
    );
}

#[test]
fn what_nobody_commands_is_paged_when_it_is_reopened_or_merged_into() {
    let mut world = World::seed(14);
    world.begin();
    let [first, second] = ["first", "second"].map(|title| world.declare("lead", title));
    let lead = world.person("lead").caller(world.now());
    let tried = world.run(|app| async move {
        app.close_incident(&lead, second, (true, "a drill".into())).await?;
        let refused = app.merge_incident(&lead, first, (second, "the same".into())).await;
        assert!(refused.unwrap_err().to_string().contains("INC-001"));
        app.reopen_incident(&lead, second, "it was none".into()).await?;
        app.merge_incident(&lead, first, (second, "the same".into())).await
    });
    world.must("merging", tried);
    world.run_for(minutes(6));
    check(
        &mut world,
        expect![[r#"
        +0:00 on-call
        +5:00 lead"#]],
    );
}
