//! What a deployment refuses, with id, line and column.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod common;

use common::{PlainHost, file, xml};
use expect_test::{Expect, expect};
use process::{Model, lint};

#[expect(clippy::needless_pass_by_value, reason = "reads better at each call")]
fn check(text: &str, expected: Expect) {
    let findings = match Model::read(text) {
        Ok(model) => {
            let mut findings = lint::lint(&model);
            findings.extend(lint::check_bindings(&model, &PlainHost));
            findings
        }
        Err(findings) => findings,
    };
    let lines: String = findings
        .iter()
        .map(|f| format!("{f}{}\n", if f.refuses() { "" } else { " (advice)" }))
        .collect();
    expected.assert_eq(&lines);
}

#[test]
fn what_is_not_executed_is_refused_by_id_and_place() {
    check(
        &file(
            "<startEvent id=\"s\"/>\n<scriptTask id=\"a\"/>\n<inclusiveGateway id=\"b\"/>\n\
             <complexGateway id=\"c\"/>\n<callActivity id=\"d\"/>\n<transaction id=\"f\"/>\n\
             <startEvent id=\"g\"><messageEventDefinition/></startEvent>\n\
             <endEvent id=\"h\"><errorEventDefinition/></endEvent>\n\
             <boundaryEvent id=\"i\" attachedToRef=\"s\"><errorEventDefinition/></boundaryEvent>\n\
             <userTask id=\"j\"><multiInstanceLoopCharacteristics/></userTask>\n\
             <subProcess id=\"k\" triggeredByEvent=\"true\"/>\n<userTask id=\"l\" isForCompensation=\"true\"/>\n\
             <somethingNew id=\"m\"/>\n<other:thing xmlns:other=\"urn:other\" id=\"n\"/>\n\
             <textAnnotation id=\"o\"/>",
        ),
        expect![[r#"
            4:1 a [wrong-script] the script is empty
            6:1 c [unsupported-element] complexGateway is not executed here
            15:1 m [unsupported-element] somethingNew is not executed here
            11:1 i [dangling-boundary] the boundary event's host is no activity of the same scope
        "#]],
    );
}

#[test]
fn broken_references_are_refused() {
    check(
        &file(
            "<startEvent id=\"s\"/>\n<userTask id=\"a\" default=\"f9\"/>\n<endEvent id=\"s\"/>\n\
             <subProcess id=\"p\">\n<startEvent id=\"ps\"/>\n</subProcess>\n\
             <sequenceFlow id=\"f1\" sourceRef=\"s\" targetRef=\"nowhere\"/>\n\
             <sequenceFlow id=\"f2\" sourceRef=\"a\" targetRef=\"ps\"/>\n\
             <sequenceFlow id=\"f3\" sourceRef=\"a\"/>\n<userTask id=\"not an id\"/>\n\
             <boundaryEvent id=\"b\" attachedToRef=\"ps\"><timerEventDefinition><timeDuration>PT1M\
             </timeDuration></timerEventDefinition></boundaryEvent>",
        ),
        expect![[r#"
            11:1 f3 [dangling-flow] the flow lacks its source or its target
            12:1 not an id [wrong-id] an id of 1 to 96 characters of A-Z a-z 0-9 _ . : - is wanted
            5:1 s [id-twice] the id is used twice
            9:1 f1 [dangling-flow] its source or target is no element that is executed here
            10:1 f2 [wrong-flow] a flow may not cross the border of a sub-process
            13:1 b [dangling-boundary] the boundary event's host is no activity of the same scope
            4:1 a [wrong-default] its default flow does not lead away from it
        "#]],
    );
}

#[test]
fn paths_begin_end_and_reach_everything() {
    check(
        &xml("start s\ntask a\ntask b\ntask c\ntask d\nend e\nflows s>a a>b c>e", ""),
        expect![[r#"
            3:1 s [endless] no path leads from here to an end event
            4:1 a [endless] no path leads from here to an end event
            5:1 b [dead-end] the path stops before an end event
            6:1 c [unreachable] no path leads here from the start
            7:1 d [unreachable] no path leads here from the start
            8:1 e [unreachable] no path leads here from the start
        "#]],
    );
    check(
        &file("<userTask id=\"a\" wk:role=\"r\" wk:due=\"PT1M\"/>"),
        expect![[r#"
        3:1 a [no-start] exactly one start event is wanted
    "#]],
    );
    check(
        &xml("start s\nstart t\nend e\nflows s>e t>e", ""),
        expect![[r#"
        3:1 s [no-start] exactly one start event is wanted
    "#]],
    );
}

#[test]
fn people_are_named_dues_are_set_and_decisions_are_proven() {
    check(
        &xml(
            "start s\nuser a wk:decisionPoint=\"true\"\n<businessRuleTask id=\"b\" wk:role=\"x\" wk:due=\"PT1H\"/>\n\
             <serviceTask id=\"c\"/>\nrule unknown wk:role=\"x\" wk:due=\"PT1H\"\nxor g\nend e\n\
             flows s>a a>b b>c c>unknown unknown>g g>e[odd_text] g>a",
            "",
        ),
        expect![[r#"
            4:1 a [decision-without-evidence] a decision point wants wk:evidence
            4:1 a [decision-without-phase] a decision point wants wk:phase
            4:1 a [task-without-role] a task for people wants wk:role
            4:1 a [task-without-due] a task for people wants wk:due
            5:1 b [unbound-decision] a business rule task wants wk:decision
            6:1 c [unbound-action] a service task wants wk:action
            8:1 g [gateway-without-default] without a default flow the token is parked when no condition is true (advice)
            16:1 g_a [flow-without-condition] a flow from an exclusive gateway wants a condition or to be the default
            15:1 g_e [wrong-condition] not plain
            7:1 unknown [unbound-decision] the decision unknown is not deployed
        "#]],
    );
}

#[test]
fn the_extension_is_read_or_refused_never_ignored() {
    check(
        &file(
            "<startEvent id=\"s\"/>\n<userTask id=\"a\" wk:phase=\"detection\" wk:role=\"\" wk:due=\"soon\" \
             wk:approvals=\"0\" wk:rolle=\"x\">\n<extensionElements><wk:evidence>\n<wk:require nam=\"x\"/>\n\
             <wk:require name=\"x\" late=\"1h\"/>\n</wk:evidence>\n<wk:form>\n<wk:field key=\"A\" type=\"text\"/>\n\
             <wk:field key=\"b\" type=\"string\"/>\n<wk:field key=\"c\" type=\"choice\" options=\"x x\"/>\n\
             <wk:field key=\"d\" type=\"boolean\"/>\n<wk:field key=\"d\" type=\"boolean\"/>\n</wk:form>\n\
             <wk:evidenz/></extensionElements></userTask>",
        ),
        expect![[r#"
            4:1 a [wrong-extension] wk:phase does not understand "detection"
            4:1 a [wrong-extension] wk:role does not understand ""
            4:1 a [wrong-extension] wk:due does not understand "soon"
            4:1 a [wrong-extension] wk:approvals does not understand "0"
            4:1 a [wrong-extension] wk:rolle is not known; known are phase, decisionPoint, role, candidates, approvals, approvers, fourEyes, due, dueFrom, exceptions, decision, action, result, key, process, binding, version, activate
            6:1 require [wrong-extension] nam is not known here
            7:1 require [wrong-extension] late="1h" is not a duration
            10:1 field [wrong-extension] wk:field wants a key of lower-case letters, digits and underscores
            11:1 field [wrong-extension] type is choice or choices (with options), boolean, integer, decimal, date, instant or text
            12:1 field [wrong-extension] options="x x" are not distinct codes
            16:1 evidenz [wrong-extension] wk:evidenz is not known
            4:1 a [wrong-extension] a field or a piece of evidence is named twice
        "#]],
    );
}

#[test]
fn other_files_and_limits_are_refused() {
    check(
        "<a/>",
        expect![[r#"
        1:1 a [not-bpmn] the root is not definitions of BPMN 2.0
    "#]],
    );
    check(
        "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\"/>",
        expect![[r#"
        1:1 definitions [no-process] the file holds no process
    "#]],
    );
    check(
        &file("").replace("</process>", "</process><process id=\"q\"/>"),
        expect![[r#"
        4:11 q [several-processes] mark exactly one process executable
    "#]],
    );
    let many: String = (0..5_001).map(|n| format!("<task id=\"t{n}\"/>\n")).collect();
    check(
        &file(&many),
        expect![[r#"
        5003:1 t5000 [too-many-elements] the process has more than 5000 elements and flows
    "#]],
    );
    let deep = format!("{}{}", "<subProcess id=\"p\">".repeat(70), "</subProcess>".repeat(70));
    check(
        &file(&deep),
        expect![[r#"
            3:1179 definitions [too-deep] elements nest more than 64 deep or have more than 128 attributes
        "#]],
    );
}

#[test]
fn the_extension_on_a_flow_a_lane_or_the_process_is_refused() {
    let text = file(
        "<extensionElements><wk:form/></extensionElements>\n<laneSet id=\"l\"><lane id=\"m\" wk:due=\"PT1M\"/></laneSet>\n\
         <startEvent id=\"s\"/>\n<endEvent id=\"e\"/>\n\
         <sequenceFlow id=\"f\" sourceRef=\"s\" targetRef=\"e\" wk:due=\"PT1M\"/>",
    );
    check(
        &text,
        expect![[r#"
        2:1 p [wrong-extension] the extension has no meaning here
        4:17 m [wrong-extension] the extension has no meaning here
        7:1 f [wrong-extension] the extension has no meaning here
    "#]],
    );
}
