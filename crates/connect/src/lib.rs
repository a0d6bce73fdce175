//! Sources in and channels out
