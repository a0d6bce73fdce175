//! Named statements per aggregate: state in, batch out; the log's append and its projection
