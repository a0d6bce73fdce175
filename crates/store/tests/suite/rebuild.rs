//! The log alone rebuilds every derived row, erased words included.

use base::Code;
use db::on_both_engines;
use domain::server::{ErasurePerformed, ErasureRequested, Event, STREAM, WordRef};
use store::{operational, person, rebuild, word};

use crate::{story, teller::Teller};

static TAMPER: db::Stmt = db::Stmt {
    name: "test.tamper",
    sql: "UPDATE incident SET severity = 'S4' WHERE severity = 'S1'",
    rows: db::Rows::AtMost(1),
};

on_both_engines! {
    fn inv04_rebuild_equals_every_derived_row(database) {
        let mut teller = Teller::new(database);
        story::tell_everything(&mut teller);
        let rebuilt = teller.rebuilt();
        assert_eq!(rebuilt.differences, vec![]);
        assert!(rebuilt.entries > 50 && rebuilt.rows > 100, "{rebuilt:?}");
        teller.db.submit_now(db::Lane::Normal, |conn| conn.execute(&TAMPER, &[])).unwrap();
        let found: Vec<_> = teller.rebuilt().differences.iter().map(|d| d.table).collect();
        assert_eq!(found, ["incident", "incident"], "as it is, and as the log says");
    }

    fn inv04_an_erased_word_rebuilds_as_erased(database) {
        let mut teller = Teller::new(database);
        let ada = story::person(&mut teller, "Ada Lovelace", "ada@bank.example");
        let wake = story::person(&mut teller, "Wake Keeper", "wake@bank.example");
        teller.acts(wake);
        let basis = Code::fixed("gdpr_17");
        let asked = ErasureRequested { person: ada, basis: basis.clone() };
        let now = teller.now;
        let request = teller.tell([Event::from(asked).draft(STREAM, now)]);
        let words = teller.read(move |conn| operational::words_of_person(conn, ada));
        let words = words.into_iter().map(|(seq, field)| WordRef { seq, field });
        let words: Vec<WordRef> = words.collect();
        assert_eq!(words.len(), 3, "name, email, address");
        let erased: Vec<(i64, String)> = words.iter().map(|w| (w.seq, w.field.to_string())).collect();
        let performed =
            ErasurePerformed { person: ada, basis, request, part: 1, parts: 1, words };
        teller.tell([Event::from(performed).draft(STREAM, now)]);
        for (seq, field) in erased {
            let text = teller.read(move |conn| word::text(conn, seq, &field));
            assert_eq!(text, word::ERASED);
        }
        assert_eq!(teller.read(move |conn| person::name(conn, ada)), word::ERASED);
        assert_eq!(teller.read(move |conn| person::name(conn, wake)), "Wake Keeper");
        let rebuild::Rebuilt { differences, .. } = teller.rebuilt();
        assert_eq!(differences, vec![]);
    }
}
