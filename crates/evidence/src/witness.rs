//! What a witness answers.
