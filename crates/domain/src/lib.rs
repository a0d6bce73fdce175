//! Decisions about incidents, alerts, escalation, people and clocks: pure functions over folds
