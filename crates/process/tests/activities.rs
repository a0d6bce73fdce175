//! Scenarios of activities: rounds, loops, scripts, calls, compensation, transactions, ad-hoc
//! sub-processes, mappings, and evidence that holds a token.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod common;

use std::sync::Arc;

use common::{World, code, model, variables};
use expect_test::expect;
use process::{
    Command, Model, Refusal, Value,
    engine::{Status, offers},
    model::{Bound, Called},
};

fn vendors() -> process::Variables {
    let list = ["V-1", "V-2", "V-3"].map(|name| Value::Code(code(name)));
    [(code("vendors"), Value::List(list.to_vec()))].into()
}

const EACH: &str =
    "wk:collection=\"vendors\" wk:item=\"vendor\" wk:take=\"answer\" wk:result=\"answers\"";

#[test]
fn one_task_for_each_item_together() {
    let mut w = World::new(model(
        &format!("start s\neach a {EACH}\non late a timer PT1H non\nend n\nend e"),
        "s>a a>e late>n",
    ));
    w.does(&Command::Start { variables: vendors() });
    assert_eq!((w.state.tasks.len(), w.state.timers.len()), (3, 1), "rounds share their timer");
    for (task, answer) in [(2, "answer=no"), (1, "answer=yes"), (3, "answer=maybe")] {
        let seen = w.state.variables(w.state.tokens[&w.state.tasks[&task].token].scope);
        assert_eq!(seen[&code("vendor")].to_string(), format!("V-{task}"));
        w.does(&Command::CompleteTask { task, outputs: variables("") });
        let _ = answer;
    }
    expect![[r#"
        +0 started vendors=[V-1, V-2, V-3]
        +0 scope_opened a
        +0 rounds_planned a
        +0 round_started a
        +0 round_started a
        +0 round_started a
        +0 task a #1
        +0 task a #2
        +0 task a #3
        +0 done a
        +0 round a 1
        +0 done a
        +0 round a 0
        +0 done a
        +0 round a 2
        +0 scope_completed a
        +0 mapped a answers=[]
        +0 timer_cancelled late
        +0 token_ended e
        +0 instance_completed e
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn what_rounds_give_is_gathered_in_the_order_of_the_items() {
    let form = "<extensionElements><wk:form><wk:field key=\"answer\" type=\"boolean\"/></wk:form></extensionElements>";
    let task =
        format!("<userTask id=\"a\">{form}<multiInstanceLoopCharacteristics {EACH}/></userTask>");
    let mut w = World::new(model(&format!("start s\n{task}\nend e"), "s>a a>e"));
    w.does(&Command::Start { variables: vendors() });
    for (task, answer) in [(3, "answer=yes"), (1, "answer=no"), (2, "answer=yes")] {
        w.does(&Command::CompleteTask { task, outputs: variables(answer) });
    }
    expect![[r#"
        +0 started vendors=[V-1, V-2, V-3]
        +0 scope_opened a
        +0 rounds_planned a
        +0 round_started a
        +0 round_started a
        +0 round_started a
        +0 task a #1
        +0 task a #2
        +0 task a #3
        +0 done a answer=true
        +0 round a 2 gave true
        +0 done a answer=false
        +0 round a 0 gave false
        +0 done a answer=true
        +0 round a 1 gave true
        +0 scope_completed a
        +0 mapped a answers=[false, true, true]
        +0 token_ended e
        +0 instance_completed e
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn two_of_three_are_enough() {
    let mut w = World::started(
        "start s\neach a loopCardinality:3 completionCondition:completed_rounds=2\nend e",
        "s>a a>e",
    );
    w.complete("a", "");
    w.complete("a", "");
    expect![[r#"
        +0 started
        +0 scope_opened a
        +0 rounds_planned a
        +0 round_started a
        +0 round_started a
        +0 round_started a
        +0 task a #1
        +0 task a #2
        +0 task a #3
        +0 done a
        +0 round a 0
        +0 done a
        +0 round a 1
        +0 task_cancelled a
        +0 scope_terminated a
        +0 scope_completed a
        +0 token_ended e
        +0 instance_completed e
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn one_after_the_other_and_none_at_all() {
    let elements = "start s\neach a isSequential=\"true\" loopCardinality:many\nend e";
    let mut w = World::new(model(elements, "s>a a>e"));
    w.start("many=2");
    w.complete("a", "");
    w.complete("a", "");
    let mut none = World::new(model(elements, "s>a a>e"));
    none.start("many=0");
    let mut unknown = World::started(elements, "s>a a>e");
    expect![[r#"
        +0 started many=2
        +0 scope_opened a
        +0 rounds_planned a
        +0 round_started a
        +0 task a #1
        +0 done a
        +0 round a 0
        +0 round_started a
        +0 task a #2
        +0 done a
        +0 round a 1
        +0 scope_completed a
        +0 token_ended e
        +0 instance_completed e
        --
        +0 started many=0
        +0 scope_opened a
        +0 rounds_planned a
        +0 scope_completed a
        +0 token_ended e
        +0 instance_completed e
        --
        +0 started
        +0 fault a t1 rounds_unknown
    "#]]
    .assert_eq(&format!("{}--\n{}--\n{}", w.told(), none.told(), unknown.told()));
}

#[test]
fn an_interrupted_repetition_ends_all_its_rounds() {
    let mut w = World::started(
        "start s\neach a loopCardinality:2\non late a timer PT1H\nuser b\nend e",
        "s>a a>e late>b b>e",
    );
    w.wait(60);
    expect![[r#"
        +0 started
        +0 scope_opened a
        +0 rounds_planned a
        +0 round_started a
        +0 round_started a
        +0 task a #1
        +0 task a #2
        +60 task_cancelled a
        +60 task_cancelled a
        +60 scope_terminated a
        +60 boundary late of a
        +60 task b #3
    "#]]
    .assert_eq(&w.told());
    assert_eq!(w.state.scopes.len(), 1);
}

#[test]
fn a_loop_goes_on_while_its_condition_holds_and_never_for_ever() {
    let task = |more: &str| {
        format!(
            "start s\n<userTask id=\"a\"><extensionElements><wk:form><wk:field key=\"again\" type=\"boolean\"/>\
             </wk:form></extensionElements><standardLoopCharacteristics {more}><loopCondition>again\
             </loopCondition></standardLoopCharacteristics></userTask>\nend e"
        )
    };
    let mut w = World::new(model(&task("loopMaximum=\"3\""), "s>a a>e"));
    w.start("");
    w.complete("a", "again=yes");
    w.complete("a", "again=no");
    let mut most = World::new(model(&task("loopMaximum=\"3\""), "s>a a>e"));
    most.start("");
    (0..3).for_each(|_| most.complete("a", "again=yes"));
    assert_eq!(most.state.status, Status::Completed);
    let mut before = World::new(model(&task("testBefore=\"true\""), "s>a a>e"));
    before.start("again=no");
    expect![[r#"
        +0 started
        +0 scope_opened a
        +0 rounds_planned a
        +0 round_started a
        +0 task a #1
        +0 done a again=true
        +0 round a 0
        +0 round_started a
        +0 task a #2
        +0 done a again=false
        +0 round a 1
        +0 scope_completed a
        +0 token_ended e
        +0 instance_completed e
        --
        +0 started again=false
        +0 scope_opened a
        +0 rounds_planned a
        +0 scope_completed a
        +0 token_ended e
        +0 instance_completed e
    "#]]
    .assert_eq(&format!("{}--\n{}", w.told(), before.told()));
}

#[test]
fn a_script_sets_one_variable() {
    let mut w = World::new(model("start s\nscript a next count+1\nend e", "s>a a>e"));
    w.start("count=4");
    let mut wrong = World::started("start s\nscript a next count+1\nend e", "s>a a>e");
    expect![[r#"
        +0 started count=4
        +0 script a next=5
        +0 token_ended e
        +0 instance_completed e
        --
        +0 started
        +0 fault a t1 variable_unknown
    "#]]
    .assert_eq(&format!("{}--\n{}", w.told(), wrong.told()));
}

#[test]
fn an_inclusive_join_waits_for_what_can_still_come() {
    let elements = "start s\nor f\nuser a\nuser b\nuser c\nor j\nend e";
    let flows = "s>f f>a[x] f>b[y] f>c* a>j b>j c>j j>e";
    let mut told = String::new();
    for known in ["x=yes y=yes", "x=no y=yes", "x=no y=no"] {
        let mut w = World::new(model(elements, flows));
        w.start(known);
        for element in ["a", "b", "c"] {
            if w.state.tasks.values().any(|task| task.element == *element) {
                w.complete(element, "");
            }
        }
        assert_eq!(w.state.status, Status::Completed);
        told += &format!("{}--\n", w.told());
    }
    expect![[r#"
        +0 started x=true y=true
        +0 decided f f_a x=true
        +0 decided f f_b y=true
        +0 forked f [1, 2]
        +0 task a #1
        +0 task b #2
        +0 done a
        +0 waiting j t1 by a_j
        +0 done b
        +0 waiting j t2 by b_j
        +0 joined j [1, 2]
        +0 token_ended e
        +0 instance_completed e
        --
        +0 started x=false y=true
        +0 decided f f_b y=true
        +0 task b #1
        +0 done b
        +0 waiting j t1 by b_j
        +0 joined j [1]
        +0 token_ended e
        +0 instance_completed e
        --
        +0 started x=false y=false
        +0 decided f f_c
        +0 task c #1
        +0 done c
        +0 waiting j t1 by c_j
        +0 joined j [1]
        +0 token_ended e
        +0 instance_completed e
        --
    "#]]
    .assert_eq(&told);
}

/// A token that could still come through an unstructured path holds the join; one that can only come
/// after the join does not.
#[test]
fn an_unstructured_inclusive_join_follows_the_rule() {
    let mut w = World::new(model(
        "start s\nand f\nuser a\nuser b\nxor x\nor j\nxor m\nuser c\nend e\nend n",
        "s>f f>a f>b a>j b>x x>m[back] x>n* m>j j>c c>e",
    ));
    w.start("back=no");
    w.complete("a", "");
    assert!(w.state.tasks.values().all(|task| task.element != *"c"), "b may still come");
    w.complete("b", "");
    w.complete("c", "");
    assert_eq!(w.state.status, Status::Completed);
}

#[test]
fn what_was_completed_is_undone_newest_first() {
    let elements = "start s\nuser a\non ua a compensation\nuser undo_a isForCompensation=\"true\"\nundo ua undo_a\n\
        user b\non ub b compensation\nservice undo_b isForCompensation=\"true\"\nundo ub undo_b\nuser c\n\
        on uc c compensation\nuser undo_c isForCompensation=\"true\"\nundo uc undo_c\nthrow back compensation\nend e";
    let mut w = World::started(elements, "s>a a>b b>back back>c c>e");
    w.complete("a", "");
    w.complete("b", "");
    let job = w.job("undo_b");
    w.does(&Command::CompleteJob { job, outputs: variables("") });
    w.complete("undo_a", "");
    w.complete("c", "");
    expect![[r#"
        +0 started
        +0 task a #1
        +0 done a
        +0 compensation_held a
        +0 task b #2
        +0 done b
        +0 compensation_held b
        +0 compensation_requested back
        +0 compensation_run undo_b
        +0 job_created undo_b
        +0 job_completed undo_b
        +0 token_ended undo_b
        +0 compensation_run undo_a
        +0 task undo_a #3
        +0 done undo_a
        +0 token_ended undo_a
        +0 compensation_done back
        +0 task c #4
        +0 done c
        +0 compensation_held c
        +0 token_ended e
        +0 instance_completed e
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn a_cancelled_transaction_undoes_itself_and_leaves_by_its_boundary() {
    let elements = "start s\ntransaction t {\nstart ts\nuser a\non ua a compensation\nuser undo_a isForCompensation=\"true\"\nundo ua undo_a\nand f\nuser b\nuser other\nxor g\nend te\nends tc cancel\nflows ts>a a>f f>b f>other other>te b>g g>te[fine] g>tc*\n}t\non c t cancel\nuser after\nend e";
    let mut w = World::new(model(elements, "s>t t>e c>after after>e"));
    w.start("fine=no");
    w.complete("a", "");
    w.complete("b", "");
    w.complete("undo_a", "");
    w.complete("after", "");
    expect![[r#"
        +0 started fine=false
        +0 scope_opened t
        +0 task a #1
        +0 done a
        +0 compensation_held a
        +0 forked f [2, 3]
        +0 task b #2
        +0 task other #3
        +0 done b
        +0 decided g g_tc fine=false
        +0 task_cancelled other
        +0 scope_interrupted tc
        +0 compensation_requested tc
        +0 compensation_run undo_a
        +0 task undo_a #4
        +0 done undo_a
        +0 token_ended undo_a
        +0 compensation_done tc
        +0 transaction_cancelled t
        +0 scope_terminated t
        +0 boundary c of t
        +0 task after #5
        +0 done after
        +0 token_ended e
        +0 instance_completed e
    "#]]
    .assert_eq(&w.told());
}

#[test]
fn people_choose_what_an_ad_hoc_sub_process_does() {
    let elements = "start s\nadhoc p {\nuser a\nuser b\nuser c\nflows b>c\n}a\nend e";
    let mut w = World::started(elements, "s>p p>e");
    let choose = |element: &str| Command::Activate { element: code(element) };
    let offer = |w: &World| offers(&w.model, &w.state).pop().unwrap();
    assert_eq!(offer(&w).activities, [code("a"), code("b")], "those that no flow leads to");
    assert!(offer(&w).may_finish);
    w.does(&choose("b"));
    assert_eq!(w.try_to(&choose("c")), Err(Refusal::NotOffered { element: code("c") }));
    w.complete("b", "");
    w.does(&choose("a"));
    w.does(&Command::FinishAdHoc { element: code("p") });
    expect![[r#"
        +0 started
        +0 scope_opened p
        +0 element_activated b
        +0 task b #1
        +0 done b
        +0 task c #2
        +0 element_activated a
        +0 task a #3
        +0 task_cancelled c
        +0 task_cancelled a
        +0 scope_interrupted p
        +0 scope_completed p
        +0 token_ended e
        +0 instance_completed e
    "#]]
    .assert_eq(&w.told());
    let all =
        "start s\nadhoc p wk:activate=\"all\" ordering=\"Sequential\" {\nuser a\nuser b\n}a\nend e";
    let mut w = World::started(all, "s>p p>e");
    assert!(offer(&w).activities.is_empty(), "one at a time");
    w.complete("a", "");
    w.complete("b", "");
    assert!(offers(&w.model, &w.state).is_empty(), "closed");
    let until = "start s\nadhoc p wk:activate=\"all\" {\nuser a\nuser b\n<completionCondition>enough</completionCondition>\n}a\nend e";
    let mut until = World::new(model(until, "s>p p>e"));
    until.start("enough=yes");
    until.complete("b", "");
    expect![[r#"
        +0 started
        +0 scope_opened p
        +0 task a #1
        +0 done a
        +0 token_ended a
        +0 task b #2
        +0 done b
        +0 token_ended b
        +0 scope_completed p
        +0 token_ended e
        +0 instance_completed e
        --
        +0 started enough=true
        +0 scope_opened p
        +0 task a #1
        +0 task b #2
        +0 done b
        +0 token_ended b
        +0 task_cancelled a
        +0 scope_interrupted p
        +0 scope_completed p
        +0 token_ended e
        +0 instance_completed e
    "#]]
    .assert_eq(&format!("{}--\n{}", w.told(), until.told()));
}

fn called(xml: Model, version: i64) -> Called {
    let bound = Bound { process: code("q"), version, sha256: base::Digest([7; 32]) };
    Called { bound, model: Arc::new(xml) }
}

#[test]
fn a_called_process_runs_inside_and_sees_only_what_is_mapped() {
    let caller = "start s\n<callActivity id=\"talk\" calledElement=\"q\"><extensionElements>\
        <wk:inputs><wk:map source=\"severity\" target=\"grade\"/></wk:inputs>\
        <wk:outputs><wk:map source=\"sent\" target=\"told\"/></wk:outputs></extensionElements></callActivity>\n\
        on late talk timer PT1H\nend e\nend n";
    let inner = model(
        "start s\n<userTask id=\"draft\"><extensionElements><wk:form><wk:field key=\"sent\" type=\"boolean\"/>\
         </wk:form></extensionElements></userTask>\nend e",
        "s>draft draft>e",
    );
    let plain = model(caller, "s>talk talk>e late>n");
    let composed = plain.compose(&mut |_| Some(called(inner.clone(), 3))).unwrap();
    let mut w = World::new(composed);
    w.start("severity=S1 secret=yes");
    let scope = w.state.tokens[&w.state.tasks[&1].token].scope;
    let seen: Vec<String> = w.state.variables(scope).keys().map(ToString::to_string).collect();
    assert_eq!(seen, ["grade"]);
    w.complete("talk:draft", "sent=yes");
    assert_eq!(w.state.variable("told"), Some(&Value::Boolean(true)));
    assert_eq!(w.state.variable("sent"), None);
    expect![[r#"
        +0 started secret=true severity=S1
        +0 scope_opened talk
        +0 mapped talk grade=S1
        +0 task talk:draft #1
        +0 done talk:draft sent=true
        +0 token_ended talk:e
        +0 mapped talk told=true
        +0 scope_completed talk
        +0 timer_cancelled late
        +0 token_ended e
        +0 instance_completed e
    "#]]
    .assert_eq(&w.told());
    // An interrupted call ends with all that runs in it; one that is not bound parks its token.
    let mut late = World::new(plain.compose(&mut |_| Some(called(inner.clone(), 3))).unwrap());
    late.start("");
    late.wait(60);
    let mut unbound = World::new(plain.clone());
    unbound.start("");
    expect![[r#"
        +0 started
        +0 scope_opened talk
        +0 task talk:draft #1
        +60 task_cancelled talk:draft
        +60 scope_terminated talk
        +60 boundary late of talk
        +60 token_ended n
        +60 instance_completed n
        --
        +0 started
        +0 fault talk t1 process_not_bound
    "#]]
    .assert_eq(&format!("{}--\n{}", late.told(), unbound.told()));
    let deep = plain.compose(&mut |_| Some(called(plain.clone(), 1)));
    assert!(deep.unwrap_err().to_string().contains("deep"));
}

/// Ground rule G6: the records may come from anywhere, before or after.
#[test]
fn g06_evidence_holds_a_token_until_it_is_there_or_an_exception_is_invoked() {
    let element = |id: &str, names: &str| {
        format!(
            "<userTask id=\"{id}\" wk:exceptions=\"EX-URGENT\"><extensionElements><wk:evidence>{names}\
             </wk:evidence></extensionElements></userTask>\n"
        )
    };
    let elements = format!(
        "start s\n{}on late a timer PT1H non\nend n\n{}{}end e",
        element("a", "<wk:require name=\"a\"/><wk:require name=\"photo\"/>"),
        element("b", "<wk:require name=\"later\" hold=\"false\"/>"),
        element("c", "<wk:require name=\"photo\"/>"),
    );
    let mut w = World::new(model(&elements, "s>a a>b late>n b>c c>e"));
    w.recorded = Some(Default::default());
    w.start("");
    w.complete("a", "");
    assert_eq!(w.state.held.values().next().unwrap(), &vec![code("photo")], "itself is a record");
    w.wait(60);
    w.does(&Command::Review);
    assert!(!w.state.held.is_empty(), "looking again changes nothing");
    w.record("photo");
    w.does(&Command::Review);
    w.complete("b", "");
    w.complete("c", "");
    assert_eq!(w.state.status, Status::Completed, "an early record counts");
    let mut bypassed = World::new(model(&elements, "s>a a>b late>n b>c c>e"));
    bypassed.recorded = Some(Default::default());
    bypassed.start("");
    bypassed.complete("a", "");
    let (element, code) = (code("a"), code("EX-URGENT"));
    bypassed.does(&Command::Bypass { element, code, outputs: variables("") });
    expect![[r#"
        +0 started
        +0 task a #1
        +0 done a
        +0 awaits a [photo]
        +60 boundary late of a
        +60 token_ended n
        +60 evidence_completed a
        +60 task b #2
        +60 done b
        +60 task c #3
        +60 done c
        +60 token_ended e
        +60 instance_completed e
        --
        +0 started
        +0 task a #1
        +0 done a
        +0 awaits a [photo]
        +0 exception a EX-URGENT
        +0 timer_cancelled late
        +0 task b #2
    "#]]
    .assert_eq(&format!("{}--\n{}", w.told(), bypassed.told()));
}

#[test]
fn data_associations_are_mappings() {
    let task = "<dataObject id=\"d\" name=\"report\"/><dataObject id=\"o\" name=\"summary\"/>\
        <scriptTask id=\"a\" wk:result=\"summary_text\"><dataInputAssociation><sourceRef>d</sourceRef>\
        <targetRef>in</targetRef></dataInputAssociation><dataOutputAssociation><sourceRef>out</sourceRef>\
        <targetRef>o</targetRef></dataOutputAssociation><ioSpecification><dataInput id=\"in\" name=\"given\"/>\
        <dataOutput id=\"out\" name=\"summary_text\"/></ioSpecification><script>given</script></scriptTask>";
    let mut w = World::new(model(&format!("start s\n{task}\nend e"), "s>a a>e"));
    w.start("report=R-1");
    expect![[r#"
        +0 started report=R-1
        +0 mapped a given=R-1
        +0 script a summary_text=R-1
        +0 mapped a summary=R-1
        +0 token_ended e
        +0 instance_completed e
    "#]]
    .assert_eq(&w.told());
}
