//! The link for the first account, at each start while nobody can sign in.
//!
//! `App::first_link` counts people; the sample organisation has people who cannot sign in. So the
//! question here is whether anybody has a password.

use app::{App, Caller, Error, Turn};
use base::{Code, Digest, Duration};
use domain::server::{Event, HostCommand, STREAM};
use store::{credential, person};

/// How long the link works, in hours: as long as the links of `App`.
const HOURS: i64 = 72;

/// The link; `None` where somebody can sign in.
///
/// # Errors
/// Faults of the store.
pub async fn of(app: &App) -> Result<Option<String>, Error> {
    let people = app.look(person::all).await?;
    if people.is_empty() {
        return app.first_link().await;
    }
    let signs_in = app.look(move |conn| {
        for one in &people {
            if credential::password(conn, &one.id.to_string())?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    });
    if signs_in.await? {
        return Ok(None);
    }
    app.commit(db::Lane::Normal, &Caller::host(), |turn: &mut Turn<'_>| {
        let secret = hex::encode(base::entropy::bytes::<24>(turn.entropy()));
        let hash: Digest = evidence::sha256(secret.as_bytes());
        let credential = credential::Credential {
            kind: "set_up".to_owned(),
            subject: String::new(),
            role: None,
            created_at: turn.now,
            expires_at: Some(turn.now + Duration::hours(HOURS)),
        };
        credential::add(turn.conn, hash, &credential)?;
        let event = Event::from(HostCommand { command: Code::fixed("sign_in_link") });
        turn.record(vec![event.draft(STREAM, turn.now)])?;
        Ok(Some(format!("{}/set-up/{secret}", turn.app.options().base_url)))
    })
    .await
}
