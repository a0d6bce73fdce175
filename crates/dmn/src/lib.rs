//! Decision models and FEEL behind one trait; decision tables with their trace
