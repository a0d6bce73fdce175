//! `admin user add`: an account, and the one-time link with which its owner sets the password.

use app::{
    Caller,
    identity::{NewContact, NewPerson},
};
use domain::{access::Role, page::Channel, person::PersonKind};

use super::{note_young_account, role};
use crate::{
    installation,
    outcome::{Done, Outcome, say},
    settings::Place,
};

/// What `admin user add` takes.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// The name
    #[arg(long)]
    name: String,
    /// The e-mail address, under which they sign in
    #[arg(long)]
    email: String,
    /// A role; may be repeated
    #[arg(long, value_name = "ROLE", value_parser = role)]
    role: Vec<Role>,
    /// How they are reached, mail:ADDRESS; may be repeated, in the order of trying
    #[arg(long, value_name = "mail:ADDRESS", value_parser = contact)]
    contact: Vec<NewContact>,
}

/// Adds the account and prints the link.
pub fn run(args: Args) -> Outcome {
    let approves = args.role.iter().any(|role| {
        role.may(domain::access::Permission::Approve)
            || role.may(domain::access::Permission::Ratify)
    });
    let Args { place, name, email, role: roles, contact: contacts } = args;
    let new = NewPerson { kind: PersonKind::Human, name, email, roles, contacts };
    let link = installation::with_host(&place, async |app| {
        let host = Caller::host();
        let id = app.add_person(&host, new).await?;
        Ok(app.person_link(&host, id).await?)
    })?;
    if approves {
        note_young_account();
    }
    say(&link)?;
    Ok(Done::Well)
}

fn contact(text: &str) -> Result<NewContact, String> {
    match text.split_once(':') {
        Some(("mail", address)) if address.contains('@') => {
            Ok(NewContact { channel: Channel::Mail, address: address.to_owned() })
        }
        _ => Err("a contact is mail:ADDRESS".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_name_their_channel() {
        assert_eq!(contact("mail:ana@bank.example").unwrap().address, "ana@bank.example");
        assert!(contact("ana@bank.example").is_err());
        assert!(contact("mail:ana").is_err());
    }
}
