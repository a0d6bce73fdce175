//! What holds between the things of an organisation.

use super::*;
use crate::function::FunctionDescribed;

fn at(number: u8) -> [u8; 16] {
    [number; 16]
}

fn code(text: &'static str) -> Code {
    Code::fixed(text)
}

fn now() -> Timestamp {
    Timestamp::from_micros(1_795_600_000_000_000)
}

fn entity(text: &'static str, home: bool, state: &'static str) -> EntityDescribed {
    EntityDescribed {
        code: code(text),
        home,
        kinds: vec![code("credit_institution")],
        attributes: Vec::new(),
        authority: None,
        member_state: Some(code(state)),
    }
}

fn service(text: &'static str, depends_on: &[u8]) -> ServiceDescribed {
    ServiceDescribed {
        code: code(text),
        team: None,
        criticality: None,
        critical: false,
        entities: vec![Id::from_bytes(at(1))],
        functions: Vec::new(),
        depends_on: depends_on.iter().map(|n| Id::from_bytes(at(*n))).collect(),
    }
}

/// A bank in Belgium with a subsidiary in Luxembourg that performs payments on the ledger.
fn bank() -> Organisation {
    let mut bank = Organisation::default();
    let entities = [(1, entity("bank", true, "BE")), (2, entity("lux", false, "LU"))];
    for (number, details) in entities {
        put(&mut bank, number, details);
    }
    let entities = vec![Id::from_bytes(at(2))];
    put(&mut bank, 1, FunctionDescribed { code: code("payments"), critical: true, entities });
    put(&mut bank, 1, service("ledger", &[]));
    let gateway = service("gateway", &[1]);
    put(&mut bank, 2, ServiceDescribed { functions: vec![Id::from_bytes(at(1))], ..gateway });
    put(&mut bank, 3, service("app", &[2]));
    put(&mut bank, 4, service("archive", &[]));
    bank.check().unwrap();
    bank
}

fn put<D: Details>(bank: &mut Organisation, number: u8, details: D) {
    describe(bank, Id::from_bytes(at(number)), details, "A name", now()).unwrap();
}

fn refused(bank: &Organisation) -> &'static str {
    bank.check().unwrap_err().code
}

#[test]
fn a_service_never_depends_on_itself() {
    let mut bank = bank();
    put(&mut bank, 1, service("ledger", &[3]));
    let refused = bank.check().unwrap_err();
    assert_eq!(refused.code, "ENT-007");
    assert!(refused.message.contains("app → gateway → ledger → app"), "{}", refused.message);
    put(&mut bank, 1, service("ledger", &[1]));
    assert_eq!(bank.check().unwrap_err().code, "ENT-007");
}

#[test]
fn edges_lead_to_something_that_is_there() {
    type Wrong = (fn(&mut ServiceDescribed), &'static str);
    let wrong: &[Wrong] = &[
        (|s| s.depends_on = vec![Id::from_bytes(at(9))], "ENT-002"),
        (|s| s.entities = vec![Id::from_bytes(at(9))], "ENT-001"),
        (|s| s.entities = Vec::new(), "ENT-012"),
        (|s| s.functions = vec![Id::from_bytes(at(9))], "ENT-014"),
        (|s| s.team = Some(Id::from_bytes(at(9))), "ENT-013"),
        (|s| s.criticality = Some(code("gold")), "ENT-011"),
        (|s| s.code = code("ledger"), "ENT-004"),
    ];
    for (change, expected) in wrong {
        let (mut bank, mut details) = (bank(), service("archive", &[]));
        change(&mut details);
        put(&mut bank, 4, details);
        assert_eq!(refused(&bank), *expected);
    }
}

#[test]
fn what_others_need_is_not_retired() {
    let mut needed = bank();
    retire::<ServiceDescribed>(&mut needed, Id::from_bytes(at(1)), now()).unwrap();
    assert_eq!(unneeded(&needed).unwrap_err().code, "ENT-006");
    let mut free = bank();
    retire::<ServiceDescribed>(&mut free, Id::from_bytes(at(4)), now()).unwrap();
    unneeded(&free).unwrap();
    let again = retire::<ServiceDescribed>(&mut free, Id::from_bytes(at(4)), now());
    assert_eq!(again.unwrap_err().code, "ENT-002");
    let home = retire::<EntityDescribed>(&mut free, Id::from_bytes(at(1)), now());
    assert_eq!(home.unwrap_err().code, "ENT-005");
}

#[test]
fn a_level_that_services_stand_on_stays_on_the_scale() {
    let mut bank = bank();
    bank.scale.levels = vec![Level { code: code("gold"), important: true }];
    let gold = ServiceDescribed { criticality: Some(code("gold")), ..service("archive", &[]) };
    put(&mut bank, 4, gold);
    bank.check().unwrap();
    bank.scale.levels.clear();
    assert_eq!(refused(&bank), "ENT-011");
}

#[test]
fn g20_scope_is_suggested_from_the_service_graph() {
    let bank = bank();
    let found = suggest(&bank, &[Id::from_bytes(at(1))]);
    let code = |id: &Id<id::Service>| bank.services[id].details.code.to_string();
    let told: Vec<String> = found
        .services
        .iter()
        .map(|s| {
            format!(
                "{} {} {}",
                code(&s.id),
                s.steps,
                s.through.as_ref().map_or_else(String::new, code)
            )
        })
        .collect();
    assert_eq!(told, ["ledger 0 ", "gateway 1 ledger", "app 2 gateway"]);
    assert_eq!(found.functions.len(), 1, "payments, because the gateway supports them");
    assert_eq!(found.entities, [Id::from_bytes(at(1)), Id::from_bytes(at(2))]);
    assert_eq!(found.member_states, [Code::fixed("BE"), Code::fixed("LU")]);
    assert_eq!(suggest(&bank, &[]), Suggestion::default());
}

#[test]
fn a_long_chain_is_walked_without_recursion() {
    let mut bank = bank();
    let id = |n: u16| Id::from_bytes([[n.to_be_bytes(); 8].concat()].concat().try_into().unwrap());
    for number in 1000..9000_u16 {
        let code = format!("s{number}").parse().unwrap();
        let depends_on = if number == 1000 { Vec::new() } else { vec![id(number - 1)] };
        let details = ServiceDescribed { code, depends_on, ..service("x", &[]) };
        describe(&mut bank, id(number), details, "n", now()).unwrap();
    }
    bank.check().unwrap();
    assert!(suggest(&bank, &[id(1000)]).cut);
}
