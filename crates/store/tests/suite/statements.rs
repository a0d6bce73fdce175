//! Every statement of the store prepares, and says the same, on both engines.

use db::on_both_engines;

use crate::teller::Teller;

on_both_engines! {
    fn inv02_every_statement_prepares_on_both_engines(database) {
        let teller = Teller::new(database);
        let unsound = teller.db.check_all(&store::statements()).unwrap();
        let said: Vec<String> =
            unsound.iter().map(|found| format!("{}: {}", found.stmt, found.fault)).collect();
        assert_eq!(said, Vec::<String>::new());
    }
}

#[test]
fn statements_have_names_of_their_own() {
    let all = store::statements();
    let names: std::collections::BTreeSet<_> = all.iter().map(|stmt| stmt.name).collect();
    assert_eq!(names.len(), all.len());
}
