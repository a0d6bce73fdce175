//! What differs between two texts, line by line: the shortest edit within a named limit.

/// The most steps the search takes; texts that differ more are shown as one taken out and one put in.
const MAX_EDITS: usize = 1_000;
/// Lines shown around each difference.
pub const CONTEXT: usize = 3;

/// What a line of the comparison is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// In both.
    Kept,
    /// In the older text only.
    Removed,
    /// In the newer text only.
    Added,
    /// Stands for lines that both have and that are not shown.
    Skipped,
}

/// A line of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub side: Side,
    /// Its number in the older text, from 1; for skipped lines, how many.
    pub old: Option<usize>,
    /// Its number in the newer text, from 1.
    pub new: Option<usize>,
    /// What it says.
    pub text: String,
}

/// Compares two texts; equal stretches are cut down to [`CONTEXT`] lines around differences.
pub fn compare(old: &str, new: &str) -> Vec<Line> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (rest_old, rest_new) = (&old[start..], &new[start..]);
    let same = rest_old.iter().rev().zip(rest_new.iter().rev()).take_while(|(a, b)| a == b);
    let end = same.count();
    let middle = (&rest_old[..rest_old.len() - end], &rest_new[..rest_new.len() - end]);
    let mut told = Told { lines: Vec::new(), old: 0, new: 0 };
    old[..start].iter().for_each(|line| told.line(Side::Kept, line));
    edits(middle.0, middle.1).into_iter().for_each(|(side, line)| told.line(side, line));
    rest_old[rest_old.len() - end..].iter().for_each(|line| told.line(Side::Kept, line));
    shortened(told.lines)
}

struct Told {
    lines: Vec<Line>,
    old: usize,
    new: usize,
}

impl Told {
    fn line(&mut self, side: Side, text: &str) {
        let (mut old, mut new) = (None, None);
        if side != Side::Added {
            self.old += 1;
            old = Some(self.old);
        }
        if side != Side::Removed {
            self.new += 1;
            new = Some(self.new);
        }
        self.lines.push(Line { side, old, new, text: text.to_owned() });
    }
}

/// The shortest edit (Myers): for each number of edits, how far each diagonal reaches.
fn edits<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(Side, &'a str)> {
    let most = (old.len() + new.len()).min(MAX_EDITS);
    let middle = most + 1;
    let mut reach = vec![0usize; 2 * middle + 1];
    let mut trace: Vec<Vec<usize>> = Vec::new();
    for count in 0..=most {
        trace.push(reach[middle - count..=middle + count].to_vec());
        for step in (0..=2 * count).step_by(2) {
            let diagonal = middle + step - count;
            let down =
                step == 0 || (step != 2 * count && reach[diagonal - 1] < reach[diagonal + 1]);
            let mut x = if down { reach[diagonal + 1] } else { reach[diagonal - 1] + 1 };
            let mut y = x + middle - diagonal;
            while x < old.len() && y < new.len() && old[x] == new[y] {
                (x, y) = (x + 1, y + 1);
            }
            reach[diagonal] = x;
            if x >= old.len() && y >= new.len() {
                return walked(&trace, old, new);
            }
        }
    }
    let removed = old.iter().map(|line| (Side::Removed, *line));
    removed.chain(new.iter().map(|line| (Side::Added, *line))).collect()
}

/// Walks the trace back from the ends of both texts.
fn walked<'a>(trace: &[Vec<usize>], old: &[&'a str], new: &[&'a str]) -> Vec<(Side, &'a str)> {
    let (mut x, mut y) = (old.len(), new.len());
    let mut lines = Vec::new();
    for (count, before) in trace.iter().enumerate().rev() {
        // `before` holds the diagonals -count ..= count, as they were before this edit.
        let at = (x + count).wrapping_sub(y);
        let reach = |at: usize| before.get(at).copied().unwrap_or(0);
        let down = at == 0 || (at != 2 * count && reach(at - 1) < reach(at + 1));
        let (from_x, from_y) = match (count, down) {
            (0, _) => (0, 0),
            (_, true) => (reach(at + 1), (reach(at + 1) + count).wrapping_sub(at + 1)),
            (_, false) => (reach(at - 1), (reach(at - 1) + count + 1).wrapping_sub(at)),
        };
        while x > from_x && y > from_y {
            (x, y) = (x - 1, y - 1);
            lines.push((Side::Kept, old[x]));
        }
        if count == 0 {
            break;
        }
        if down {
            y -= 1;
            lines.push((Side::Added, new[y]));
        } else {
            x -= 1;
            lines.push((Side::Removed, old[x]));
        }
    }
    lines.reverse();
    lines
}

/// Keeps what differs and the lines around it.
fn shortened(lines: Vec<Line>) -> Vec<Line> {
    let differs: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].side != Side::Kept).collect();
    let near = |at: usize| {
        let next = differs.partition_point(|place| *place < at);
        let after = differs.get(next).is_some_and(|place| place - at <= CONTEXT);
        let before = next.checked_sub(1).and_then(|i| differs.get(i));
        after || before.is_some_and(|place| at - place <= CONTEXT)
    };
    let mut shown: Vec<Line> = Vec::new();
    for (at, line) in lines.into_iter().enumerate() {
        if near(at) {
            shown.push(line);
            continue;
        }
        match shown.last_mut() {
            Some(Line { side: Side::Skipped, old: Some(count), .. }) => *count += 1,
            _ => shown.push(Line {
                side: Side::Skipped,
                old: Some(1),
                new: None,
                text: String::new(),
            }),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(old: &str, new: &str) -> String {
        let lines = compare(old, new).into_iter();
        let lines = lines.map(|line| match line.side {
            Side::Kept => format!(" {}", line.text),
            Side::Removed => format!("-{}", line.text),
            Side::Added => format!("+{}", line.text),
            Side::Skipped => format!("@{}", line.old.unwrap_or(0)),
        });
        lines.collect::<Vec<_>>().join("|")
    }

    #[test]
    fn the_shortest_edit_is_told() {
        assert_eq!(told("a\nb\nc", "a\nb\nc"), "@3");
        assert_eq!(told("a\nb\nc", "a\nx\nc"), " a|-b|+x| c");
        assert_eq!(told("", "a\nb"), "+a|+b");
        assert_eq!(told("a\nb", ""), "-a|-b");
        assert_eq!(told("a\nb\nc\na\nb\nb\na", "c\nb\na\nb\na\nc"), "-a|-b| c|+b| a| b|-b| a|+c");
        assert_eq!(
            told("1\n2\n3\n4\n5\n6\n7\n8\nx", "1\n2\n3\n4\n5\n6\n7\n8\ny"),
            "@5| 6| 7| 8|-x|+y"
        );
    }

    #[test]
    fn every_edit_leads_from_the_old_to_the_new_text() {
        let mut seed = 7u32;
        let mut text = |alphabet: u32| {
            let mut letters = Vec::new();
            for _ in 0..12 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                letters.push(((seed >> 16) % alphabet).to_string());
            }
            letters
        };
        for _ in 0..500 {
            let (old, new) = (text(3), text(4));
            let (a, b): (Vec<&str>, Vec<&str>) = (
                old.iter().map(String::as_str).collect(),
                new.iter().map(String::as_str).collect(),
            );
            let edits = edits(&a, &b);
            let side = |without: Side| {
                let kept = edits.iter().filter(|(side, _)| *side != without);
                kept.map(|(_, line)| *line).collect::<Vec<_>>()
            };
            assert_eq!((side(Side::Added), side(Side::Removed)), (a, b));
        }
    }
}
