//! Alerts: one open alert a key, and no open group without something that is due.

use base::{Code, Id, id};
use db::on_both_engines;
use domain::alert::{AlertAction, AlertsReceived, Event, Severity, Transition};
use evidence::Draft;
use serde_json::json;
use store::alert;

use crate::teller::Teller;

/// One request's transitions; each that opens brings its words.
pub struct Request {
    pub integration: Id<id::Integration>,
    pub transitions: Vec<(Transition, &'static str)>,
}

impl Request {
    pub fn new(integration: Id<id::Integration>) -> Self {
        Self { integration, transitions: Vec::new() }
    }

    pub fn with(
        mut self,
        action: AlertAction,
        alert: Id<id::Alert>,
        key: &'static str,
        (severity, group, opens_group): (Severity, Id<id::Group>, bool),
    ) -> Self {
        let word = u32::try_from(self.transitions.len()).unwrap();
        let transition = Transition { alert, action, severity, group, opens_group, word };
        self.transitions.push((transition, key));
        self
    }

    pub fn draft(self, teller: &mut Teller) -> Draft {
        let received = AlertsReceived {
            integration: self.integration,
            source: Code::fixed("alertmanager"),
            body: evidence::sha256(b"body"),
            part: 1,
            parts: 1,
            incomplete: false,
            transitions: self
                .transitions
                .iter()
                .map(|(transition, _)| transition.clone())
                .collect(),
        };
        let intake: Id<id::Intake> = teller.mint();
        let mut draft = Event::from(received).draft(intake, teller.now);
        for (transition, key) in &self.transitions {
            if transition.action == AlertAction::Opened {
                let words = json!({"key": key, "group": "payments", "title": "down"});
                let field: Code = format!("a.{}", transition.word).parse().unwrap();
                draft.words.push((field, words));
            }
        }
        draft
    }
}

/// Two requests that open the same key: the index refuses the second.
pub fn twins(teller: &mut Teller) -> Vec<Draft> {
    let integration = teller.mint();
    let mut drafts = Vec::new();
    for _ in 0..2 {
        let (alert, group) = (teller.mint(), teller.mint());
        let opens = (Severity::High, group, true);
        let request = Request::new(integration).with(AlertAction::Opened, alert, "a", opens);
        drafts.push(request.draft(teller));
    }
    drafts
}

on_both_engines! {
    fn a_key_has_one_open_alert_and_may_open_again_after_its_end(database) {
        let mut teller = Teller::new(database);
        let (door, group) = (teller.mint(), teller.mint());
        let [first, twin, other]: [Id<id::Alert>; 3] = [teller.mint(), teller.mint(), teller.mint()];
        let high = (Severity::High, group, false);
        let opened = AlertAction::Opened;
        let draft = Request::new(door)
            .with(opened, first, "disk", (Severity::High, group, true))
            .with(opened, other, "cpu", high)
            .draft(&mut teller);
        teller.tell([draft]);
        let draft = Request::new(door).with(opened, twin, "disk", high).draft(&mut teller);
        assert!(teller.try_to(vec![draft]).is_err(), "the key is open already");
        let draft = Request::new(door).with(AlertAction::Resolved, first, "disk", high).draft(&mut teller);
        teller.tell([draft]);
        let draft = Request::new(door).with(opened, twin, "disk", high).draft(&mut teller);
        teller.tell([draft]);
        let key = store::project::key_digest("disk");
        let found = teller.read(move |conn| alert::by_keys(conn, door, &[key])).remove(0).unwrap();
        assert_eq!((found.0, found.2), (twin, group));
        assert_eq!(teller.rebuilt().differences, vec![]);
    }

    fn a_group_is_as_bad_as_it_ever_was_and_closes_with_its_last_alert(database) {
        let mut teller = Teller::new(database);
        let (door, group) = (teller.mint(), teller.mint());
        let [a, b]: [Id<id::Alert>; 2] = [teller.mint(), teller.mint()];
        let told = |teller: &mut Teller, action, alert, key, severity, opens| {
            let what = (severity, group, opens);
            let draft = Request::new(door).with(action, alert, key, what).draft(teller);
            teller.tell([draft]);
            let row = teller.read(move |conn| alert::load_group(conn, group)).unwrap();
            (row.state, row.severity, row.open_alerts)
        };
        let seen = [
            told(&mut teller, AlertAction::Opened, a, "a", Severity::Critical, true),
            told(&mut teller, AlertAction::Opened, b, "b", Severity::Info, false),
            told(&mut teller, AlertAction::Changed, a, "a", Severity::Warning, false),
            told(&mut teller, AlertAction::Resolved, a, "a", Severity::Warning, false),
            told(&mut teller, AlertAction::Resolved, b, "b", Severity::Info, false),
        ];
        let seen = seen.map(|(state, severity, open)| format!("{state} {severity} {open}"));
        assert_eq!(seen, [
            "open critical 1", "open critical 2", "open critical 2", "open critical 1",
            "closed critical 0",
        ]);
    }

    fn a_group_that_opens_and_ends_in_one_request_is_closed(database) {
        let mut teller = Teller::new(database);
        let (door, group, a) = (teller.mint(), teller.mint(), teller.mint());
        let draft = Request::new(door)
            .with(AlertAction::Opened, a, "a", (Severity::High, group, true))
            .with(AlertAction::Resolved, a, "a", (Severity::High, group, false))
            .draft(&mut teller);
        teller.tell([draft]);
        let row = teller.read(move |conn| alert::load_group(conn, group)).unwrap();
        assert_eq!((row.state.as_str(), row.open_alerts, row.next_due_at), ("closed", 0, None));
    }

    fn a_group_that_another_part_of_the_request_joins_is_open_again(database) {
        let mut teller = Teller::new(database);
        let (door, group) = (teller.mint(), teller.mint());
        let [a, b]: [Id<id::Alert>; 2] = [teller.mint(), teller.mint()];
        for (action, alert, key, opens) in [
            (AlertAction::Opened, a, "a", true),
            (AlertAction::Resolved, a, "a", false),
            (AlertAction::Opened, b, "b", false),
        ] {
            let what = (Severity::High, group, opens);
            let draft = Request::new(door).with(action, alert, key, what).draft(&mut teller);
            teller.tell([draft]);
        }
        let row = teller.read(move |conn| alert::load_group(conn, group)).unwrap();
        assert_eq!((row.state.as_str(), row.open_alerts), ("open", 1));
        assert_eq!(row.next_due_at, Some(teller.now));
    }

    fn the_database_refuses_a_group_that_went_silent(database) {
        static SILENCE: db::Stmt = db::Stmt {
            name: "test.silence",
            sql: "UPDATE alert_group SET next_due_at = NULL WHERE id = $1",
            rows: db::Rows::Exactly(1),
        };
        let mut teller = Teller::new(database);
        let (door, group, alert) = (teller.mint(), teller.mint(), teller.mint());
        let opens = (Severity::High, group, true);
        let draft = Request::new(door).with(AlertAction::Opened, alert, "a", opens).draft(&mut teller);
        teller.tell([draft]);
        let silenced = teller.db.submit_now(db::Lane::Normal, move |conn| {
            conn.execute(&SILENCE, &[db::Value::from(group)])
        });
        assert!(silenced.is_err(), "a CHECK stands in the way");
        assert_eq!(teller.read(alert::silent), 0);
    }
}
