//! Entries: bytes fixed by example, parse and write agree, nothing too long gets out.
