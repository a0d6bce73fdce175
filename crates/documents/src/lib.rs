//! Evidence packs, and later PDF, XLSX and report files
