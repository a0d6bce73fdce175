//! BPMN 2.0: model, lint and the interpreter that decides and applies
