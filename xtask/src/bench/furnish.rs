//! What a benchmark of cases begins with: a data directory in which people have published a model and
//! worked on cases, and what the server says of itself.

use std::{fs, path::Path, process::Command};

use super::{
    Bench, clock,
    server::{OURS, get_with},
    tools::checked,
};
use crate::Failure;

/// When the timer of the model of an incident is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Late {
    /// Half an hour after its task began, as drawn.
    After,
    /// At the instant that the task before it was answered with.
    At,
}

impl Bench {
    /// A model that peers were measured with, in our dialect: who does a task and until when, which
    /// action a service task does, what the first form asks. The elements and flows stay as they are.
    ///
    /// # Errors
    /// The shared folder has no such file.
    pub fn model(&self, file: &str, late: Late) -> Result<String, Failure> {
        let path = format!("bench/models/{file}");
        let path = self.tools.shared(&path).ok_or_else(|| format!("{path} is missing"))?;
        Ok(dressed(&fs::read_to_string(path)?, late))
    }

    /// Fills a data directory by the example of the crate `sim`; `cases` are its last arguments, from
    /// the instant on.
    ///
    /// # Errors
    /// The example does not build or says why it stops.
    pub fn furnish(&self, folder: &Path, model: &str, cases: &[&str]) -> Result<(), Failure> {
        let build = ["build", "--release", "--locked", "-p", "sim", "--example", "furnish"];
        checked(Command::new("cargo").args(build).current_dir(&self.root))?;
        let file = self.scratch.join("model.bpmn");
        fs::write(&file, model)?;
        let now = clock::seconds()?.to_string();
        let cases = if cases.is_empty() { &[now.as_str()] } else { cases };
        let example = self.root.join("target/release/examples/furnish");
        checked(Command::new(example).arg(folder).arg(file).args(cases))?;
        Ok(())
    }
}

fn dressed(model: &str, late: Late) -> String {
    let people = r#"<userTask wk:role="responder" wk:due="PT1H" "#;
    let asks = r#"<extensionElements><wk:form><wk:field key="severity" type="choice" options="S1 S2 S3 S4" required="true"/><wk:field key="due_at" type="instant"/></wk:form></extensionElements>"#;
    let first = r#"name="Triage">"#;
    let model = model
        .replace("<definitions ", r#"<definitions xmlns:wk="https://watchkeeper.example/bpmn" "#)
        .replace("<userTask ", people)
        .replace("<serviceTask ", r#"<serviceTask wk:action="page_commander" "#)
        .replace(first, &format!("{first}{asks}"));
    match late {
        Late::After => model,
        Late::At => model.replace("timeDuration", "timeDate").replace(">PT30M<", ">=due_at<"),
    }
}

/// What the server says of itself.
pub struct Seen {
    /// How many entries its log has.
    pub entries: f64,
    /// By upper bound in seconds, how many commands took at most that long.
    commits: Vec<(f64, f64)>,
}

impl Seen {
    /// Reads `/metrics`.
    ///
    /// # Errors
    /// Nobody answers, or something else.
    pub fn read(token: &str) -> Result<Self, Failure> {
        let answer = get_with(OURS, "/metrics", token).ok_or("no metrics are answered")?;
        let value = |line: &str| line.rsplit(' ').next().and_then(|text| text.parse().ok());
        let bound = |line: &str| line.split('"').nth(1).and_then(|text| text.parse().ok());
        let with = |start: &'static str| answer.lines().filter(move |line| line.starts_with(start));
        let entries = with("watchkeeper_log_entries ").find_map(value);
        let commits = with("watchkeeper_commit_seconds_bucket");
        let commits = commits.filter_map(|line| bound(line).zip(value(line)));
        Ok(Self { entries: entries.ok_or("no count of entries")?, commits: commits.collect() })
    }

    /// The median of the commands since an earlier look, in seconds: within its bucket, by proportion.
    pub fn median_since(&self, before: &Self) -> f64 {
        let counts = self.commits.iter().zip(&before.commits);
        let counts: Vec<(f64, f64)> = counts.map(|(now, then)| (now.0, now.1 - then.1)).collect();
        let all = counts.last().map_or(0.0, |(_, count)| *count);
        let (mut below, mut least) = (0.0, 0.0);
        for (most, count) in counts {
            if count >= all / 2.0 {
                let into = (all / 2.0 - below) / (count - below).max(1.0);
                return least + (most - least) * into;
            }
            (below, least) = (count, most);
        }
        least
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_lies_within_its_bucket() {
        let before = Seen { entries: 0.0, commits: vec![(0.001, 5.0), (0.002, 5.0), (0.004, 5.0)] };
        let after =
            Seen { entries: 0.0, commits: vec![(0.001, 5.0), (0.002, 85.0), (0.004, 105.0)] };
        assert!((after.median_since(&before) - 0.001_625).abs() < 1e-9);
    }

    #[test]
    fn a_model_keeps_its_elements_and_says_who_does_them() {
        let drawn = r#"<definitions id="d"><userTask id="triage" name="Triage"/><serviceTask id="s"/>
            <timeDuration>PT30M</timeDuration></definitions>"#;
        let model = dressed(&drawn.replace("/>", "></x>"), Late::At);
        assert!(model.contains(r#"wk:due="PT1H" id="triage" name="Triage"><extensionElements>"#));
        assert!(model.contains(r#"wk:action="page_commander" id="s""#));
        assert!(model.contains("<timeDate>=due_at</timeDate>"));
    }
}
