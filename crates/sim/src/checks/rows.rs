//! Folding the log again gives the rows that are there.

use db::{Db, Target};

use crate::World;

impl World {
    /// Every derived row follows from the log, and the log has every row.
    pub fn expect_rebuild_equals_rows(&self) {
        let rebuilt = self.run(|app| async move {
            let beside = Db::open(&Target::Memory, db::Options::default())?;
            beside.migrate(store::migrations::ALL)?;
            app.look(move |conn| store::rebuild::check(conn, &beside)).await
        });
        let rebuilt = self.must("rebuilding", rebuilt);
        if !rebuilt.differences.is_empty() {
            self.fail(&format!("the rows differ from the log: {:#?}", rebuilt.differences));
        }
    }
}
