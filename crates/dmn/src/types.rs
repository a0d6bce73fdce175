//! Named types of a model, resolved into FEEL's.

use std::collections::BTreeMap;

use dsntk_feel::{FeelType, Name, context::FeelContext, values::Value};
use roxmltree::Node;

use crate::xml::{child, is, text_of};

/// How deep types may refer to each other; a type that refers to itself ends here as "any".
const MAX_NESTING: usize = 16;

/// Types by name.
#[derive(Debug, Default)]
pub(crate) struct Types(BTreeMap<String, FeelType>);

impl Types {
    /// Of all item definitions under the root.
    pub(crate) fn of(root: Node<'_, '_>) -> Self {
        let items: Vec<_> = root.children().filter(|n| is(*n, "itemDefinition")).collect();
        let resolve = |node: &Node<'_, '_>| {
            let name = node.attribute("name")?.to_owned();
            Some((name, item(*node, &items, 0)))
        };
        Self(items.iter().filter_map(resolve).collect())
    }

    /// The type a reference names; anything where it names nothing known.
    pub(crate) fn get(&self, reference: Option<&str>) -> FeelType {
        let Some(reference) = reference else { return FeelType::Any };
        let local = reference.rsplit_once(':').map_or(reference, |(_, local)| local);
        base(local).or_else(|| self.0.get(local).cloned()).unwrap_or(FeelType::Any)
    }
}

fn item(node: Node<'_, '_>, all: &[Node<'_, '_>], depth: usize) -> FeelType {
    if depth > MAX_NESTING {
        return FeelType::Any;
    }
    let parts: Vec<_> = node.children().filter(|n| is(*n, "itemComponent")).collect();
    let inner = if parts.is_empty() {
        let reference = child(node, "typeRef").map(text_of).unwrap_or_default();
        let local = reference.rsplit_once(':').map_or(reference.as_str(), |(_, local)| local);
        let named = all.iter().find(|other| other.attribute("name") == Some(local));
        base(local)
            .or_else(|| named.map(|other| item(*other, all, depth + 1)))
            .unwrap_or(FeelType::Any)
    } else {
        let entry = |part: &Node<'_, '_>| {
            let name = part.attribute("name")?;
            Some((Name::from(name), item(*part, all, depth + 1)))
        };
        FeelType::Context(parts.iter().filter_map(entry).collect())
    };
    if node.attribute("isCollection") == Some("true") {
        FeelType::List(Box::new(inner))
    } else {
        inner
    }
}

fn base(name: &str) -> Option<FeelType> {
    Some(match name {
        "string" => FeelType::String,
        "number" => FeelType::Number,
        "boolean" => FeelType::Boolean,
        "date" => FeelType::Date,
        "time" => FeelType::Time,
        "dateTime" | "date and time" => FeelType::DateTime,
        "dayTimeDuration" | "days and time duration" => FeelType::DaysAndTimeDuration,
        "yearMonthDuration" | "years and months duration" => FeelType::YearsAndMonthsDuration,
        "Any" | "" => FeelType::Any,
        _ => return None,
    })
}

/// What the parser is told of a name: its members where its type has some.
pub(crate) fn shape(kind: &FeelType) -> Value {
    match kind {
        FeelType::Context(entries) => {
            let mut context = FeelContext::default();
            entries.iter().for_each(|(name, kind)| context.set_entry(name, shape(kind)));
            Value::Context(context)
        }
        other => Value::FeelType(other.clone()),
    }
}
