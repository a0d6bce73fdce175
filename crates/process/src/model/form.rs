//! Forms: typed fields with their rules, and how an answer is read and judged.

use std::collections::BTreeSet;

use base::Code;
use roxmltree::Node;

use super::marks::{boolean, codes, is_variable, only};
use crate::value::{MAX_LIST, Value};

/// The longest answer in words, in characters.
pub const MAX_WORDS: u32 = 20_000;
/// The longest label, help text or pattern, in bytes.
pub const MAX_NOTE: usize = 1_000;
/// The most memory that a compiled pattern may take, in bytes.
const MAX_PATTERN: usize = 256 * 1024;

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name: lower case, digits, underscore; the name of the variable.
    pub key: Code,
    /// What it holds.
    pub kind: FieldType,
    /// Whether it must be answered, while it is shown.
    pub required: bool,
    /// What it is called on the page; empty where the model says nothing.
    pub label: String,
    /// What helps to answer it; may be empty.
    pub help: String,
    /// A condition in FEEL on the variables and the form's other answers; hidden while it is not true.
    pub visible: Option<String>,
    /// What an answer must keep.
    pub rules: Rules,
}

/// What an answer must keep, beside its type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// The least integer, decimal, day or instant.
    pub min: Option<Value>,
    /// The greatest integer, decimal, day or instant.
    pub max: Option<Value>,
    /// The fewest characters of words, or items of a list.
    pub min_length: Option<u32>,
    /// The most characters of words, or items of a list.
    pub max_length: Option<u32>,
    /// A regular expression that the whole of the words must match.
    pub pattern: Option<String>,
}

/// What a field holds. All but words become variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldType {
    /// One of these codes.
    Choice(Vec<Code>),
    /// Any of these codes, none twice; a list.
    Choices(Vec<Code>),
    /// Yes or no.
    Boolean,
    /// A whole number.
    Integer,
    /// A decimal number.
    Decimal,
    /// A day.
    Date,
    /// An instant.
    Instant,
    /// Words of a person: kept as committed words, never a variable.
    Text,
}

impl FieldType {
    /// Whether a value fits. Nothing fits [`FieldType::Text`].
    pub fn fits(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Choice(options), Value::Code(code)) => options.contains(code),
            (Self::Choices(options), Value::List(items)) => {
                let known = |item: &Value| matches!(item, Value::Code(c) if options.contains(c));
                let distinct: BTreeSet<String> = items.iter().map(ToString::to_string).collect();
                items.iter().all(known) && distinct.len() == items.len()
            }
            (Self::Boolean, Value::Boolean(_))
            | (Self::Decimal, Value::Decimal(_))
            | (Self::Date, Value::Date(_))
            | (Self::Instant, Value::Instant(_)) => true,
            (Self::Integer, Value::Integer(_)) => value.is_within_limits(),
            _ => false,
        }
    }

    /// Reads an answer as it was typed or posted; items of a list stand apart by spaces or commas.
    /// `None` when it does not read as this type, and always for words.
    pub fn read(&self, text: &str) -> Option<Value> {
        match self {
            Self::Choice(_) => Value::code(text),
            Self::Choices(_) => {
                let apart = |c: char| c == ',' || c.is_whitespace();
                let items = text.split(apart).filter(|item| !item.is_empty()).map(Value::code);
                items.collect::<Option<Vec<_>>>().filter(|i| i.len() <= MAX_LIST).map(Value::List)
            }
            Self::Boolean => match text {
                "true" | "yes" | "on" => Some(Value::Boolean(true)),
                "false" | "no" => Some(Value::Boolean(false)),
                _ => None,
            },
            Self::Integer => text.parse().ok().map(Value::Integer),
            Self::Decimal => text.parse().ok().map(Value::Decimal),
            Self::Date => text.parse().ok().map(Value::Date),
            Self::Instant => text.parse().ok().map(Value::Instant),
            Self::Text => None,
        }
    }
}

impl Field {
    /// Whether a value fits the type and keeps the rules.
    pub fn accepts(&self, value: &Value) -> bool {
        let length = match value {
            Value::List(items) => u32::try_from(items.len()).unwrap_or(u32::MAX),
            _ => 1,
        };
        let long = !matches!(value, Value::List(_)) || self.rules.holds_length(length);
        self.kind.fits(value) && long && self.rules.is_between(value)
    }

    /// Whether words keep the rules. At most [`MAX_WORDS`] characters.
    pub fn accepts_words(&self, words: &str) -> bool {
        let length = u32::try_from(words.chars().count()).unwrap_or(u32::MAX);
        let matches = |pattern: &String| compile(pattern).is_ok_and(|regex| regex.is_match(words));
        self.kind == FieldType::Text
            && length <= MAX_WORDS
            && self.rules.holds_length(length)
            && self.rules.pattern.as_ref().is_none_or(matches)
    }
}

impl Rules {
    fn holds_length(&self, length: u32) -> bool {
        self.min_length.is_none_or(|min| length >= min)
            && self.max_length.is_none_or(|max| length <= max)
    }

    fn is_between(&self, value: &Value) -> bool {
        use std::cmp::Ordering::{Greater, Less};
        self.min.as_ref().is_none_or(|min| order(value, min) != Some(Less))
            && self.max.as_ref().is_none_or(|max| order(value, max) != Some(Greater))
    }
}

/// How two values of one kind stand to each other.
fn order(left: &Value, right: &Value) -> Option<std::cmp::Ordering> {
    match (left, right) {
        (Value::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
        (Value::Decimal(a), Value::Decimal(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Instant(a), Value::Instant(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// Patterns match in linear time and take bounded memory.
fn compile(pattern: &str) -> Result<regex::Regex, String> {
    let whole = format!("^(?:{pattern})$");
    let built = regex::RegexBuilder::new(&whole).size_limit(MAX_PATTERN).build();
    built.map_err(|error| format!("pattern={pattern:?} is no regular expression: {error}"))
}

const ATTRIBUTES: &[&str] = &[
    "key",
    "type",
    "required",
    "options",
    "label",
    "help",
    "visible",
    "min",
    "max",
    "minLength",
    "maxLength",
    "pattern",
];

/// Reads one `wk:field`.
pub(super) fn field(node: Node<'_, '_>) -> Result<Field, String> {
    only(node, ATTRIBUTES)?;
    let key = node.attribute("key").filter(|key| is_variable(key)).and_then(|key| key.parse().ok());
    let key = key.ok_or("wk:field wants a key of lower-case letters, digits and underscores")?;
    let kind = kind(node)?;
    let required = boolean(node.attribute("required").unwrap_or("false"));
    let required = required.ok_or("required is true or false")?;
    let rules = rules(node, &kind)?;
    let visible = note(node, "visible")?;
    let (label, help) = (note(node, "label")?, note(node, "help")?);
    let (label, help) = (label.unwrap_or_default(), help.unwrap_or_default());
    Ok(Field { key, kind, required, label, help, visible, rules })
}

fn kind(node: Node<'_, '_>) -> Result<FieldType, String> {
    let options =
        |text: &str| codes(text).ok_or_else(|| format!("options={text:?} are not distinct codes"));
    Ok(match (node.attribute("type"), node.attribute("options")) {
        (Some("choice"), Some(text)) => FieldType::Choice(options(text)?),
        (Some("choices"), Some(text)) => FieldType::Choices(options(text)?),
        (Some("boolean"), None) => FieldType::Boolean,
        (Some("integer"), None) => FieldType::Integer,
        (Some("decimal"), None) => FieldType::Decimal,
        (Some("date"), None) => FieldType::Date,
        (Some("instant"), None) => FieldType::Instant,
        (Some("text"), None) => FieldType::Text,
        _ => {
            let known = "type is choice or choices (with options), boolean, integer, decimal, date, \
                         instant or text";
            return Err(known.to_owned());
        }
    })
}

fn rules(node: Node<'_, '_>, kind: &FieldType) -> Result<Rules, String> {
    let ordered = matches!(
        kind,
        FieldType::Integer | FieldType::Decimal | FieldType::Date | FieldType::Instant
    );
    let long = matches!(kind, FieldType::Text | FieldType::Choices(_));
    let bound = |name| match node.attribute(name) {
        None => Ok(None),
        Some(text) if ordered => {
            kind.read(text).map(Some).ok_or_else(|| format!("{name}={text:?} is not of this type"))
        }
        Some(_) => Err(format!("{name} belongs to numbers, days and instants")),
    };
    let length = |name| match node.attribute(name) {
        None => Ok(None),
        Some(text) if long => match text.parse().ok().filter(|length| *length <= MAX_WORDS) {
            Some(length) => Ok(Some(length)),
            None => Err(format!("{name}={text:?} is no length of at most {MAX_WORDS}")),
        },
        Some(_) => Err(format!("{name} belongs to text and choices")),
    };
    let pattern = note(node, "pattern")?;
    if let Some(pattern) = &pattern {
        if *kind != FieldType::Text {
            return Err("pattern belongs to text".to_owned());
        }
        compile(pattern)?;
    }
    let (min, max) = (bound("min")?, bound("max")?);
    let (min_length, max_length) = (length("minLength")?, length("maxLength")?);
    let rules = Rules { min, max, min_length, max_length, pattern };
    let crossed = rules.min.as_ref().is_some_and(|min| !rules.is_between(min));
    if crossed || rules.min_length.is_some_and(|min| rules.max_length.is_some_and(|max| min > max))
    {
        return Err("the least is more than the most".to_owned());
    }
    Ok(rules)
}

fn note(node: Node<'_, '_>, name: &str) -> Result<Option<String>, String> {
    match node.attribute(name).map(str::trim) {
        Some(text) if text.is_empty() || text.len() > MAX_NOTE => {
            Err(format!("{name} holds 1 to {MAX_NOTE} bytes"))
        }
        text => Ok(text.map(str::to_owned)),
    }
}
