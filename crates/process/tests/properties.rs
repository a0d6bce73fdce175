//! Random walks over random block-structured processes: each ends, nothing is parked, and the world's
//! checks (deciding again, folding again, reading back) hold after every command.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod common;

use common::{World, code, model, variables};
use process::{Command, engine::Status};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Block {
    User,
    Service,
    Timer,
    Reminded,
    Each,
    Again,
    Race,
    Undone,
    Any(Vec<Block>, Vec<Block>),
    Guarded(Vec<Block>),
    Choice(Vec<Block>, Vec<Block>),
    Both(Vec<Block>, Vec<Block>),
    Sub(Vec<Block>),
}

fn blocks() -> impl Strategy<Value = Vec<Block>> {
    let leaf = prop_oneof![
        Just(Block::User),
        Just(Block::Service),
        Just(Block::Timer),
        Just(Block::Reminded),
        Just(Block::Each),
        Just(Block::Again),
        Just(Block::Race),
        Just(Block::Undone),
    ];
    let block = leaf.prop_recursive(3, 24, 3, |inner| {
        let some = || prop::collection::vec(inner.clone(), 0..3);
        prop_oneof![
            (some(), some()).prop_map(|(a, b)| Block::Choice(a, b)),
            (some(), some()).prop_map(|(a, b)| Block::Both(a, b)),
            (some(), some()).prop_map(|(a, b)| Block::Any(a, b)),
            some().prop_map(Block::Guarded),
            some().prop_map(Block::Sub),
        ]
    });
    prop::collection::vec(block, 1..5)
}

/// Draws blocks in the short hand of the tests.
#[derive(Default)]
struct Drawing {
    elements: String,
    flows: Vec<String>,
    number: u32,
}

impl Drawing {
    fn id(&mut self) -> String {
        self.number += 1;
        format!("n{}", self.number)
    }

    fn line(&mut self, kind: &str, rest: &str) -> String {
        let id = self.id();
        self.elements += &format!("{kind} {id} {rest}\n");
        id
    }

    fn sequence(&mut self, mut from: String, mark: &str, blocks: &[Block]) -> (String, String) {
        let mut mark = mark.to_owned();
        for block in blocks {
            let (first, last) = self.block(block);
            self.flows.push(format!("{from}>{first}{mark}"));
            (from, mark) = (last, String::new());
        }
        (from, mark)
    }

    /// The first and the last element of a block.
    fn block(&mut self, block: &Block) -> (String, String) {
        let one = |id: String| (id.clone(), id);
        match block {
            Block::User => one(self.line("user", "")),
            Block::Service => one(self.line("service", "")),
            Block::Timer => one(self.line("timer", "PT5M")),
            Block::Reminded => {
                let id = self.line("user", "");
                let (bell, end) = (self.id(), self.id());
                self.elements += &format!("bound {bell} {id} PT7M non\nend {end}\n");
                self.flows.push(format!("{bell}>{end}"));
                one(id)
            }
            Block::Each => {
                one(self.line("each", "loopCardinality:3 completionCondition:completed_rounds=2"))
            }
            Block::Again => {
                let id = self.id();
                self.elements += &format!(
                    "<userTask id=\"{id}\"><standardLoopCharacteristics loopMaximum=\"2\"/></userTask>\n"
                );
                one(id)
            }
            Block::Race => {
                let (open, close) = (self.line("events", ""), self.line("xor", ""));
                for what in ["message reply", "timer PT3M"] {
                    let id = self.line("catch", what);
                    self.flows.push(format!("{open}>{id}"));
                    self.flows.push(format!("{id}>{close}"));
                }
                (open, close)
            }
            Block::Undone => {
                let (id, back) = (self.line("user", ""), self.id());
                let (bound, undo) = (self.id(), self.id());
                self.elements += &format!(
                    "on {bound} {id} compensation\nuser {undo} isForCompensation=\"true\"\n\
                     undo {bound} {undo}\nthrow {back} compensation\n"
                );
                self.flows.push(format!("{id}>{back}"));
                (id, back)
            }
            Block::Any(a, b) => self.split("or", ["[yes]", "*"], [a, b]),
            Block::Guarded(inside) => {
                let id = self.id();
                self.elements += &format!("sub {id} {{\n");
                let start = self.line("start", "");
                let (last, _) = self.sequence(start, "", inside);
                let end = self.line("end", "");
                self.flows.push(format!("{last}>{end}"));
                let (handler, begin, done) = (self.id(), self.id(), self.id());
                self.elements += &format!(
                    "handler {handler} {{\nstarts {begin} timer PT11M non\nend {done}\n}}\n"
                );
                self.flows.push(format!("{begin}>{done}"));
                self.elements += "}\n";
                one(id)
            }
            Block::Choice(a, b) => self.split("xor", ["[yes]", "*"], [a, b]),
            Block::Both(a, b) => self.split("and", ["", ""], [a, b]),
            Block::Sub(inside) => {
                let id = self.id();
                self.elements += &format!("sub {id} {{\n");
                let start = self.line("start", "");
                let (last, _) = self.sequence(start, "", inside);
                let end = self.line("end", "");
                self.flows.push(format!("{last}>{end}"));
                self.elements += "}\n";
                one(id)
            }
        }
    }

    fn split(&mut self, kind: &str, marks: [&str; 2], branches: [&[Block]; 2]) -> (String, String) {
        let (open, close) = (self.line(kind, ""), self.line(kind, ""));
        // An empty branch gets a task, so that both flows differ in their ids.
        for (mark, branch) in marks.into_iter().zip(branches) {
            let task = self.line("task", "");
            self.flows.push(format!("{open}>{task}{mark}"));
            let (last, _) = self.sequence(task, "", branch);
            self.flows.push(format!("{last}>{close}"));
        }
        (open, close)
    }
}

fn draw(blocks: &[Block]) -> process::Model {
    let mut drawing = Drawing::default();
    let start = drawing.line("start", "");
    let (last, _) = drawing.sequence(start, "", blocks);
    let end = drawing.line("end", "");
    drawing.flows.push(format!("{last}>{end}"));
    model(&drawing.elements, &drawing.flows.join(" "))
}

/// One of the commands that are possible, by a die.
fn pick(world: &World, die: usize) -> Command {
    let mut all = Vec::new();
    let outputs = process::Variables::new;
    all.extend(
        world.state.tasks.keys().map(|t| Command::CompleteTask { task: *t, outputs: outputs() }),
    );
    all.extend(
        world.state.jobs.keys().map(|j| Command::CompleteJob { job: *j, outputs: outputs() }),
    );
    all.extend(
        world
            .state
            .timers
            .iter()
            .map(|(timer, t)| Command::FireTimer { timer: *timer, scheduled: t.due_at }),
    );
    all.extend(world.state.subscriptions.values().filter_map(|held| {
        let (name, ttl) = (held.name.clone()?, base::Duration::ZERO);
        Some(Command::Correlate { name, key: None, variables: outputs(), ttl })
    }));
    all.swap_remove(die % all.len())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_walk_through_a_sound_process_ends(
        blocks in blocks(),
        yes in any::<bool>(),
        dice in prop::collection::vec(any::<usize>(), 200),
    ) {
        let drawn = draw(&blocks);
        let lint = process::lint::lint(&drawn);
        let structural = |rule| ["endless", "dead-end", "unreachable", "no-start"].contains(&rule);
        prop_assert!(!lint.iter().any(|finding| structural(finding.rule)), "{lint:?}");
        let mut world = World::new(drawn);
        world.start(if yes { "yes=yes" } else { "yes=no" });
        for die in dice {
            if world.state.status != Status::Running {
                break;
            }
            let command = pick(&world, die);
            if let Command::FireTimer { scheduled, .. } = &command {
                world.now = world.now.max(*scheduled);
            }
            world.does(&command);
            prop_assert!(world.state.faults.is_empty());
        }
        prop_assert_eq!(world.state.status, Status::Completed);
        prop_assert!(world.state.timers.is_empty() && world.state.scopes.len() == 1);
    }

    #[test]
    fn a_cancelled_walk_leaves_nothing_open(blocks in blocks(), die in any::<usize>()) {
        let mut world = World::new(draw(&blocks));
        world.start("yes=yes");
        if world.state.status == Status::Running {
            let command = pick(&world, die);
            if let Command::FireTimer { scheduled, .. } = &command {
                world.now = *scheduled;
            }
            world.does(&command);
        }
        if world.state.status == Status::Running {
            world.does(&Command::Cancel { code: code("merged") });
            prop_assert_eq!(world.state.status, Status::Cancelled);
        }
        let state = &world.state;
        prop_assert!(state.tokens.is_empty() && state.tasks.is_empty() && state.jobs.is_empty());
        prop_assert!(state.timers.is_empty() && state.faults.is_empty());
        prop_assert!(state.subscriptions.is_empty() && state.undoing.is_empty());
        let again = world.try_to(&Command::Start { variables: variables("") });
        prop_assert!(again.is_err());
    }
}
