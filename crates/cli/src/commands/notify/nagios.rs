//! A notification command of Nagios: the macros that it puts into the environment, as they are.

use serde_json::{Map, Value};

use crate::outcome::Cannot;

/// How Nagios begins the names of its macros.
const PREFIX: &str = "NAGIOS_";

/// The macros that say something about a notification.
const MACROS: &[&str] = &[
    "NOTIFICATIONTYPE",
    "NOTIFICATIONNUMBER",
    "NOTIFICATIONAUTHOR",
    "NOTIFICATIONCOMMENT",
    "HOSTNAME",
    "HOSTALIAS",
    "HOSTADDRESS",
    "HOSTSTATE",
    "HOSTOUTPUT",
    "LONGHOSTOUTPUT",
    "HOSTACTIONURL",
    "SERVICEDESC",
    "SERVICESTATE",
    "SERVICEOUTPUT",
    "LONGSERVICEOUTPUT",
    "SERVICEACTIONURL",
    "TIMET",
];

/// The notification as the source `nagios` reads it.
///
/// # Errors
/// There are no macros in the environment.
pub fn body(of: impl Fn(&str) -> Option<String>) -> Result<Vec<u8>, Cannot> {
    let value = |name: &&str| {
        let value = of(&format!("{PREFIX}{name}")).filter(|value| !value.is_empty())?;
        Some(((*name).to_owned(), Value::String(value)))
    };
    let macros: Map<String, Value> = MACROS.iter().filter_map(value).collect();
    if !macros.contains_key("HOSTNAME") {
        let reason = "the environment holds no NAGIOS_HOSTNAME; set enable_environment_macros=1";
        return Err(Cannot::input("--nagios", reason));
    }
    Ok(Value::Object(macros).to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_macros_of_the_environment_are_the_notification() {
        let environment = |name: &str| match name {
            "NAGIOS_NOTIFICATIONTYPE" => Some("PROBLEM".to_owned()),
            "NAGIOS_HOSTNAME" => Some("pay-1".to_owned()),
            "NAGIOS_SERVICEDESC" => Some(String::new()),
            "NAGIOS_ADMINPAGER" => Some("secret".to_owned()),
            _ => None,
        };
        let body = String::from_utf8(body(environment).unwrap()).unwrap();
        assert_eq!(body, r#"{"HOSTNAME":"pay-1","NOTIFICATIONTYPE":"PROBLEM"}"#);
    }

    #[test]
    fn without_macros_there_is_nothing_to_send() {
        assert!(body(|_| None).is_err());
    }
}
