//! Processes: the library, one process with its picture and its twin in words, versions, the editor,
//! how cases went, one case in its process.

mod act;
mod asks;
mod case;
mod edit;
mod insights;
mod list;
mod picture;
mod show;
mod steps;
mod versions;

pub(crate) use act::{
    begin_activity, finish_activities, move_past, pass_held, retry_step, tell, variables_of,
};
pub(crate) use asks::asked_places;
pub(crate) use case::case;
pub(crate) use edit::{edit, kind, refused_edit, start};
pub(crate) use insights::insights;
pub(crate) use list::{is_own, line, list, name, who};
pub(crate) use show::{bytes, file, show, text, version_lines};
pub(crate) use versions::{difference, versions};
