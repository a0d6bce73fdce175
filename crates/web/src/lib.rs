//! Routes, pages, the JSON API and live updates
