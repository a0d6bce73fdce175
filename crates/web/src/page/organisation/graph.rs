//! What a service needs and what needs it: as rows, and as a small picture.

use base::{Id, id};
use domain::organisation::suggest;

use super::known::Known;
use crate::view::organisation::{Edge, Graph, GraphBox, GraphLine};

/// The most boxes on one side of the picture.
const MAX_BOXES: usize = 8;
/// The longest text in a box, in letters.
const MAX_TEXT: usize = 22;
/// Where the columns of boxes begin: what needs it, the thing itself, what it needs.
const COLUMNS: [usize; 3] = [0, 250, 500];
/// How wide and how high a box is, and how far apart rows stand.
const BOX: (usize, usize) = (180, 28);
const ROW: usize = 40;

/// What needs a service, by any number of steps, and what it needs itself.
pub(super) fn edges(known: &Known, id: &str) -> (Vec<Edge>, Vec<Edge>) {
    let Ok(id) = id.parse::<Id<id::Service>>() else { return (Vec::new(), Vec::new()) };
    let edge =
        |id: Id<id::Service>, steps| Edge { item: known.item("services", &id.to_string()), steps };
    let reached = suggest(&known.organisation, &[id]).services;
    let needed_by = reached.into_iter().filter(|held| held.steps > 0);
    let needed_by = needed_by.map(|held| edge(held.id, held.steps)).collect();
    let part = known.organisation.services.get(&id);
    let needs = part.into_iter().flat_map(|part| &part.details.depends_on);
    (needed_by, needs.map(|needed| edge(*needed, 1)).collect())
}

/// The picture: what needs it directly at the left, what it needs at the right.
pub(super) fn picture(name: &str, needed_by: &[Edge], needs: &[Edge]) -> Graph {
    let left: Vec<&Edge> = needed_by.iter().filter(|edge| edge.steps == 1).collect();
    let right: Vec<&Edge> = needs.iter().collect();
    let rows = left.len().min(MAX_BOXES).max(right.len().min(MAX_BOXES)).max(1);
    let height = rows * ROW + 8;
    let middle = height / 2 - BOX.1 / 2;
    let mut boxes = vec![GraphBox { x: COLUMNS[1], y: middle, text: cut(name), me: true }];
    let mut lines = Vec::new();
    let centre = middle + BOX.1 / 2;
    for (side, edges) in [(0, &left), (2, &right)] {
        let shown = texts(edges);
        let top = (height - shown.len() * ROW) / 2 + (ROW - BOX.1) / 2;
        for (at, text) in shown.into_iter().enumerate() {
            let y = top + at * ROW;
            let here = y + BOX.1 / 2;
            lines.push(match side {
                0 => GraphLine { from: (BOX.0, here), to: (COLUMNS[1], centre) },
                _ => GraphLine { from: (COLUMNS[1] + BOX.0, centre), to: (COLUMNS[2], here) },
            });
            boxes.push(GraphBox { x: COLUMNS[side], y, text, me: false });
        }
    }
    Graph { height, boxes, lines }
}

/// The texts of one side; where there are too many, the last box counts the rest.
fn texts(edges: &[&Edge]) -> Vec<String> {
    let fit = if edges.len() > MAX_BOXES { MAX_BOXES - 1 } else { MAX_BOXES };
    let mut texts: Vec<String> = edges.iter().take(fit).map(|edge| cut(&edge.item.text)).collect();
    if edges.len() > fit {
        texts.push(format!("and {} more", edges.len() - fit));
    }
    texts
}

fn cut(text: &str) -> String {
    if text.chars().count() <= MAX_TEXT {
        return text.to_owned();
    }
    let kept: String = text.chars().take(MAX_TEXT - 1).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::organisation::Item;

    #[test]
    fn many_are_counted_and_every_box_lies_in_the_picture() {
        let edge = |number: usize| Edge {
            item: Item::plain(format!("A service with a long name {number}")),
            steps: 1,
        };
        let many: Vec<Edge> = (0..20).map(edge).collect();
        let graph = picture("Core", &many, &many[..2]);
        assert_eq!(graph.boxes.len(), 1 + MAX_BOXES + 2);
        assert_eq!(graph.lines.len(), graph.boxes.len() - 1);
        assert!(graph.boxes.iter().all(|held| held.y + BOX.1 <= graph.height));
        assert!(graph.boxes.iter().any(|held| held.text == "and 13 more"));
    }
}
