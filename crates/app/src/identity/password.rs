//! Passwords: Argon2id with the library's parameters, hashed off the request's thread, few at a time.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use domain::{Refused, person};

/// The shortest password, in characters.
pub const SHORTEST: usize = 12;
/// The longest password that is hashed, in bytes.
pub const LONGEST: usize = 1024;

/// Hashes a password as a PHC string.
///
/// # Errors
/// `PER-004` for one that is too short or too long.
pub fn hash(password: &str, salt: &[u8]) -> Result<String, Refused> {
    if password.chars().count() < SHORTEST || password.len() > LONGEST {
        return Err(person::weak_password());
    }
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), salt);
    hash.map(|hash| hash.to_string()).map_err(|_| person::weak_password())
}

/// Whether a password fits a hash. An unknown person is checked against a hash that nothing fits, so
/// that both answers take as long.
pub fn fits(password: &str, hash: Option<&str>) -> bool {
    let known = hash.and_then(|hash| PasswordHash::new(hash).ok());
    match known {
        Some(hash) if password.len() <= LONGEST => {
            Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
        }
        _ => {
            let spent = Argon2::default().hash_password_with_salt(b"nobody", b"a salt of nobody");
            drop(spent);
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let held = hash("correct horse battery", b"sixteen bytes!!!").unwrap();
        assert!(held.starts_with("$argon2id$"));
        assert!(fits("correct horse battery", Some(&held)));
        assert!(!fits("correct horse", Some(&held)));
        assert!(!fits("correct horse battery", None));
        assert_eq!(hash("short", b"sixteen bytes!!!").unwrap_err().code, "PER-004");
    }
}
