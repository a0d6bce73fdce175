//! Commands without a server: decisions, process models, alerts that wait.

mod common;

use std::fs;

use common::{House, run, run_with, shipped, watchkeeper};
use expect_test::expect;

const SCRIPT: &str = r#"{"start":"2026-01-01T00:00:00Z","until":"P2D"}"#;

/// A table of one input and one output.
const TABLE: &str = r#"<?xml version="1.0"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="t">
  <decision id="risk" name="Risk">
    <decisionTable id="t" hitPolicy="UNIQUE">
      <input id="i"><inputExpression id="ie" typeRef="string"><text>severity</text></inputExpression>
        <inputValues id="iv"><text>"S1","S2"</text></inputValues></input>
      <output id="o" name="page" typeRef="boolean"/>
      <rule id="r1"><inputEntry id="a"><text>"S1"</text></inputEntry><outputEntry id="b"><text>true</text></outputEntry></rule>
      <rule id="r2"><inputEntry id="c"><text>"S2"</text></inputEntry><outputEntry id="e"><text>false</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>"#;

#[test]
fn a_table_answers_with_the_rules_that_matched() {
    let house = House::new();
    let table = house.path("risk.dmn");
    fs::write(&table, TABLE).unwrap();
    let table = table.display().to_string();
    let ended = run_with(&["decide", &table, "-", "--json"], r#"{"severity":"S1","more":5}"#);
    assert_eq!(ended.code, 0, "{}", ended.err);
    let answer: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(answer["outputs"], serde_json::json!({ "page": true }));
    assert_eq!(answer["matched_rules"], serde_json::json!(["r1"]));
    assert_eq!(answer["inputs"], serde_json::json!({ "severity": "S1" }));
    assert_eq!(answer["table_id"], "risk");
    assert_eq!(answer["table_sha256"].as_str().unwrap().len(), 64);

    let other = run_with(&["decide", &table, "-", "--decision", "other"], "{}");
    assert_eq!(other.code, 2);
    let unknown = run_with(&["decide", &table, "-"], "{}");
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("severity is unknown"), "{}", unknown.err);
}

#[test]
fn of_many_lines_each_has_its_answer() {
    let house = House::new();
    let table = house.path("risk.dmn");
    fs::write(&table, TABLE).unwrap();
    let args = ["decide", &table.display().to_string(), "--jsonl"];
    let ended = run_with(&args, "{\"severity\":\"S2\"}\n{\"severity\":\"S9\"}\nno\n");
    assert_eq!(ended.code, 2);
    let lines: Vec<serde_json::Value> =
        ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["outputs"]["page"], false);
    assert_eq!(lines[1]["error"]["code"], "input_not_allowed");
    assert_eq!(lines[2]["error"]["code"], "not_an_input");
}

#[test]
fn the_shipped_process_has_nothing_against_it() {
    let (process, table) =
        (shipped("processes/major-incident.bpmn"), shipped("processes/severity.dmn"));
    let bound = format!("severity={table}");
    let lint = run(&["process", "lint", &process, "--json", "--table", &bound]);
    assert_eq!(lint.code, 0, "{}{}", lint.out, lint.err);
    let inspect = run(&["process", "inspect", &process, "--json"]);
    let counted: serde_json::Value = serde_json::from_str(&inspect.out).unwrap();
    assert!(counted["elements"]["userTask"].as_u64().unwrap() > 0);
    assert!(counted["sequence_flows"].as_u64().unwrap() > 0);
    assert!(counted["shapes"].as_u64().unwrap() > 0);
}

#[test]
fn a_model_that_would_not_run_is_refused_with_its_places() {
    let house = House::new();
    let model = house.path("wrong.bpmn");
    fs::write(&model, "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\"/>")
        .unwrap();
    let model = model.display().to_string();
    let lint = run(&["process", "lint", &model, "--json"]);
    assert_eq!(lint.code, 1, "{}", lint.err);
    let wanted = expect![[r#"
        {"findings":[{"column":1,"id":"definitions","line":1,"message":"the file holds no process","rule":"no-process"}]}
    "#]];
    wanted.assert_eq(&lint.out);
}

#[test]
fn a_script_runs_a_process_in_virtual_time() {
    let house = House::new();
    let model = house.path("wait.bpmn");
    let text = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">
      <process id="p" isExecutable="true">
        <startEvent id="s"/>
        <sequenceFlow id="f1" sourceRef="s" targetRef="w"/>
        <intermediateCatchEvent id="w"><timerEventDefinition>
          <timeDuration>PT2H</timeDuration></timerEventDefinition></intermediateCatchEvent>
        <sequenceFlow id="f2" sourceRef="w" targetRef="e"/>
        <endEvent id="e"/>
      </process></definitions>"#;
    fs::write(&model, text).unwrap();
    let ended = run_with(&["process", "run", &model.display().to_string(), "-", "--json"], SCRIPT);
    assert_eq!(ended.code, 0, "{}", ended.err);
    let ran: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(ran["status"], "completed");
    let fired = ran["entries"].as_array().unwrap().iter().find(|e| e["type"] == "timer_fired");
    assert_eq!(fired.unwrap()["at"], "2026-01-01T02:00:00.000000Z");

    let script = r#"{"start":"2026-01-01T00:00:00Z","steps":[{"at":"PT1H","complete":"e"}]}"#;
    let ended = run_with(&["process", "run", &model.display().to_string(), "-"], script);
    assert_eq!(ended.code, 2);
    assert!(ended.err.contains("nothing waits at e"), "{}", ended.err);
}

/// Messages, signals, calls, several flows at once: a script says them as it says tasks.
#[test]
fn a_script_tells_a_process_what_comes_from_outside() {
    let house = House::new();
    let model = house.path("told.bpmn");
    let text = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
        xmlns:wk="https://watchkeeper.example/bpmn">
      <message id="m1" name="vendor_reply"/>
      <process id="p" isExecutable="true">
        <startEvent id="s"/>
        <sequenceFlow id="f1" sourceRef="s" targetRef="g"/>
        <inclusiveGateway id="g"/>
        <sequenceFlow id="left" sourceRef="g" targetRef="w"><conditionExpression>a = 1</conditionExpression></sequenceFlow>
        <sequenceFlow id="right" sourceRef="g" targetRef="c"><conditionExpression>b = 1</conditionExpression></sequenceFlow>
        <sequenceFlow id="none" sourceRef="g" targetRef="j"><conditionExpression>c = 1</conditionExpression></sequenceFlow>
        <receiveTask id="w" messageRef="m1" wk:key="vendor_case"/>
        <callActivity id="c" calledElement="q"/>
        <sequenceFlow id="f2" sourceRef="w" targetRef="j"/>
        <sequenceFlow id="f3" sourceRef="c" targetRef="j"/>
        <inclusiveGateway id="j"/>
        <sequenceFlow id="f4" sourceRef="j" targetRef="t"/>
        <intermediateCatchEvent id="t"><signalEventDefinition signalRef="thaw"/></intermediateCatchEvent>
        <sequenceFlow id="f5" sourceRef="t" targetRef="e"/>
        <endEvent id="e"/>
      </process>
      <process id="q">
        <startEvent id="qs"/><userTask id="draft"/><endEvent id="qe"/>
        <sequenceFlow id="q1" sourceRef="qs" targetRef="draft"/>
        <sequenceFlow id="q2" sourceRef="draft" targetRef="qe"/>
      </process></definitions>"#;
    fs::write(&model, text).unwrap();
    let script = r#"{"start":"2026-01-01T00:00:00Z","variables":{"vendor_case":"V-7"},
        "decisions":{"g":["left","right"]},
        "steps":[{"at":"PT5M","message":"vendor_reply","key":"V-7"},
                 {"at":"PT10M","complete":"c:draft"},
                 {"at":"PT15M","signal":"thaw"}]}"#;
    let ended = run_with(&["process", "run", &model.display().to_string(), "-", "--json"], script);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    let ran: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(ran["status"], "completed");
    let wrong = script.replace(r#""key":"V-7""#, r#""key":"V-8""#);
    let ended = run_with(&["process", "run", &model.display().to_string(), "-", "--json"], &wrong);
    assert!(ended.out.contains("message_buffered"), "kept for somebody to hear: {}", ended.out);
}

#[test]
fn nagios_notifies_out_of_its_environment() {
    let house = House::new();
    let server = house.serve(&[]);
    let (token, key) = (house.token(), house.key_of("nagios"));
    let mut command = watchkeeper();
    command.args(["notify", "--nagios", "--server", &format!("http://{}", server.address)]);
    command.arg("--key").arg(&key).arg("--spool").arg(house.path("spool"));
    command.env("NAGIOS_NOTIFICATIONTYPE", "PROBLEM").env("NAGIOS_HOSTNAME", "pay-1");
    command.env("NAGIOS_SERVICEDESC", "payments").env("NAGIOS_SERVICESTATE", "CRITICAL");
    let sent = command.output().unwrap();
    assert_eq!(sent.status.code(), Some(0), "{}", String::from_utf8_lossy(&sent.stderr));
    let alerts = server.get("/api/v2/alerts", Some(&token)).body;
    let alerts: serde_json::Value = serde_json::from_str(&alerts).unwrap();
    assert_eq!(alerts.as_array().map(Vec::len), Some(1), "{alerts}");
    let labels = serde_json::json!({ "host": "pay-1", "service": "payments" });
    assert_eq!(alerts[0]["labels"], labels);
    assert_eq!(alerts[0]["annotations"]["summary"], "pay-1 / payments is CRITICAL");
}

#[test]
fn trap_an_alert_waits_on_disk_until_the_server_takes_it() {
    let house = House::new();
    let server = house.serve(&[]);
    let (token, key) = (house.token(), house.key());
    let url = format!("http://{}", server.address);
    let spool = house.path("spool");
    let notify = |key: &str, title: &str| {
        let mut command = watchkeeper();
        command.args(["notify", "--server", &url, "--title", title, "--severity", "critical"]);
        command.arg("--key").arg(key).arg("--spool").arg(&spool).output().unwrap()
    };
    let wrong = notify("wki_wrong", "FirstThing");
    assert_eq!(wrong.status.code(), Some(2), "kept: the key can be mended");
    let right = notify(&key, "SecondThing");
    assert_eq!(right.status.code(), Some(0), "{}", String::from_utf8_lossy(&right.stderr));
    let alerts = server.get("/api/v2/alerts", Some(&token)).body;
    assert!(alerts.contains("FirstThing") && alerts.contains("SecondThing"), "{alerts}");
    server.kill();
    let down = notify(&key, "ThirdThing");
    assert_eq!(down.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&down.stderr).contains("1 wait"));
}
