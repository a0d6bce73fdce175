//! Addresses that lead inwards, in the spellings that attackers use.

use expect_test::{Expect, expect};

use super::*;

/// Answers every name with the same addresses.
struct Scripted(&'static [&'static str]);

impl Resolver for Scripted {
    fn resolve(&self, _: String, port: u16) -> resolver::Resolving<'_> {
        let all = self.0.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), port)).collect();
        Box::pin(async move { Ok(all) })
    }
}

fn doors(texts: &[&str]) -> Vec<Door> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn check(guard: &Guard, addresses: &[&str], wanted: &Expect) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut seen = String::new();
    for address in addresses {
        let said = match runtime.block_on(guard.target(address)) {
            Ok(target) => format!("{:?}", target.addresses),
            Err(refused) => refused.code().to_string(),
        };
        seen.push_str(&format!("{address} -> {said}\n"));
    }
    wanted.assert_eq(&seen);
}

#[test]
fn spellings_of_the_house_are_refused() {
    check(
        &Guard::new([]),
        &[
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::1]:8443/",
            "https://10.0.0.7/hook",
            "https://169.254.169.254/latest/meta-data/",
            "https://[fd00:ec2::254]/",
            "https://0/",
            "https://user:word@1.1.1.1/",
            "http://1.1.1.1/",
            "ftp://1.1.1.1/",
            "file:///etc/passwd",
            "gopher://1.1.1.1",
            "https://",
            "//1.1.1.1",
            "https://1.1.1.1/",
        ],
        &expect![[r#"
            https://127.0.0.1/ -> guard.inside
            https://2130706433/ -> guard.inside
            https://0x7f.1/ -> guard.inside
            https://0177.0.0.1/ -> guard.inside
            https://[::ffff:127.0.0.1]/ -> guard.inside
            https://[::1]:8443/ -> guard.inside
            https://10.0.0.7/hook -> guard.inside
            https://169.254.169.254/latest/meta-data/ -> guard.never
            https://[fd00:ec2::254]/ -> guard.never
            https://0/ -> guard.never
            https://user:word@1.1.1.1/ -> guard.credentials
            http://1.1.1.1/ -> guard.scheme
            ftp://1.1.1.1/ -> guard.scheme
            file:///etc/passwd -> guard.not_an_address
            gopher://1.1.1.1 -> guard.scheme
            https:// -> guard.not_an_address
            //1.1.1.1 -> guard.not_an_address
            https://1.1.1.1/ -> [1.1.1.1:443]
        "#]],
    );
}

#[test]
fn a_name_that_also_leads_inside_is_refused_as_a_whole() {
    let both = Guard::with_resolver([], Scripted(&["1.1.1.1", "10.0.0.1"]));
    check(
        &both,
        &["https://hooks.example/"],
        &expect![[r#"
        https://hooks.example/ -> guard.inside
    "#]],
    );
    let none = Guard::with_resolver([], Scripted(&[]));
    check(
        &none,
        &["https://hooks.example/"],
        &expect![[r#"
        https://hooks.example/ -> guard.no_address
    "#]],
    );
}

#[test]
fn a_door_is_host_and_port_and_opens_plain_http() {
    let guard =
        Guard::with_resolver(doors(&["Chat.Inside:8065", "127.1:9"]), Scripted(&["10.0.0.1"]));
    check(
        &guard,
        &[
            "http://chat.inside:8065/hook",
            "https://CHAT.inside.:8065/hook",
            "https://chat.inside/hook",
            "http://127.0.0.1:9/",
            "http://127.0.0.1:10/",
        ],
        &expect![[r#"
            http://chat.inside:8065/hook -> [10.0.0.1:8065]
            https://CHAT.inside.:8065/hook -> [10.0.0.1:8065]
            https://chat.inside/hook -> guard.inside
            http://127.0.0.1:9/ -> [127.0.0.1:9]
            http://127.0.0.1:10/ -> guard.scheme
        "#]],
    );
}

#[test]
fn metadata_is_never_reached_even_by_a_door() {
    let doors = doors(&["169.254.169.254:80", "metadata.inside:443"]);
    let guard = Guard::with_resolver(doors, Scripted(&["::ffff:169.254.169.254"]));
    check(
        &guard,
        &["http://169.254.169.254/", "https://metadata.inside/"],
        &expect![[r#"
        http://169.254.169.254/ -> guard.never
        https://metadata.inside/ -> guard.never
    "#]],
    );
}

#[test]
fn texts_that_are_no_doors() {
    for text in
        ["", "host", "host:", "host:99999", "a/b:80", "user@host:80", "host:80/x", "host:80?x"]
    {
        assert!(text.parse::<Door>().is_err(), "{text}");
    }
    assert_eq!("[::1]:80".parse::<Door>().unwrap().to_string(), "[::1]:80");
}
