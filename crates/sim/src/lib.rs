//! The whole server in one thread: virtual time, scripted connectors, faults, checkers
