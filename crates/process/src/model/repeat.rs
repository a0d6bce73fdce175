//! Reading how an activity is repeated, and which data flow into and out of it.

use roxmltree::Node;

use super::{
    BPMN, Each, Mapping, Marks, Repeat, WK,
    names::{code, variable},
    read::Reader,
};

/// The most rounds of a loop or items of a repeated activity, whatever the model says.
pub const MAX_ROUNDS: u32 = 100;

/// The repetition of an activity, when there is one.
pub(super) fn read(reader: &mut Reader<'_>, node: Node<'_, '_>) -> Option<Repeat> {
    let child = |name| node.children().find(|n| n.has_tag_name((BPMN, name)));
    if let Some(every) = child("multiInstanceLoopCharacteristics") {
        return Some(Repeat::Each(each(reader, node, every)));
    }
    let round = child("standardLoopCharacteristics")?;
    let condition = text(reader, node, round, "loopCondition");
    let maximum = round.attribute("loopMaximum").map(str::parse::<u32>);
    let maximum = match maximum {
        None => MAX_ROUNDS,
        Some(Ok(maximum)) if (1..=MAX_ROUNDS).contains(&maximum) => maximum,
        Some(_) => {
            let message = format!("loopMaximum is 1 to {MAX_ROUNDS}");
            reader.find("wrong-loop", node, message);
            MAX_ROUNDS
        }
    };
    Some(Repeat::Loop { before: round.attribute("testBefore") == Some("true"), condition, maximum })
}

fn each(reader: &mut Reader<'_>, node: Node<'_, '_>, every: Node<'_, '_>) -> Each {
    let ours =
        |name: &str| every.attribute((WK, name)).map(str::trim).filter(|text| !text.is_empty());
    let bare = |name: &str| {
        let child = every.children().find(|n| n.has_tag_name((BPMN, name)))?;
        let reference = child.text().map(str::trim).filter(|text| !text.is_empty());
        variable(node, reference.or(child.attribute("name")).or(child.attribute("id"))?)
    };
    let name = |own: &str, standard: &str| ours(own).and_then(code).or_else(|| bare(standard));
    Each {
        sequential: every.attribute("isSequential") == Some("true"),
        collection: ours("collection")
            .map(str::to_owned)
            .or_else(|| Some(bare("loopDataInputRef")?.to_string())),
        cardinality: text(reader, node, every, "loopCardinality"),
        item: name("item", "inputDataItem"),
        take: name("take", "outputDataItem"),
        result: name("result", "loopDataOutputRef"),
        completion: text(reader, node, every, "completionCondition"),
    }
}

/// The FEEL text of a child, where there is one with a text.
fn text(
    reader: &mut Reader<'_>,
    owner: Node<'_, '_>,
    node: Node<'_, '_>,
    name: &str,
) -> Option<String> {
    let child = node.children().find(|n| n.has_tag_name((BPMN, name)))?;
    child.text().map(str::trim).filter(|text| !text.is_empty())?;
    reader.expression(owner, child, "wrong-condition")
}

/// BPMN's own data associations as mappings, where both ends are variables of different names.
pub(super) fn data(node: Node<'_, '_>, marks: &mut Marks) {
    for (tag, list) in
        [("dataInputAssociation", &mut marks.inputs), ("dataOutputAssociation", &mut marks.outputs)]
    {
        let all = node.children().filter(|n| n.has_tag_name((BPMN, tag)));
        list.extend(all.flat_map(|association| mappings(node, association)));
    }
}

fn mappings(node: Node<'_, '_>, association: Node<'_, '_>) -> Vec<Mapping> {
    let text = |of: Node<'_, '_>, name: &str| {
        let child = of.children().find(|n| n.has_tag_name((BPMN, name)));
        child.and_then(|n| n.text()).map(|text| text.trim().to_owned())
    };
    let assignments = association.children().filter(|n| n.has_tag_name((BPMN, "assignment")));
    let assigned = assignments.filter_map(|n| {
        let target = variable(node, &text(n, "to")?)?;
        Some(Mapping { source: text(n, "from").filter(|from| !from.is_empty())?, target })
    });
    let mut all: Vec<Mapping> = assigned.collect();
    let ends = text(association, "sourceRef").zip(text(association, "targetRef"));
    if let (true, Some((source, target))) = (all.is_empty(), ends) {
        let both = variable(node, &source).zip(variable(node, &target));
        all.extend(
            both.filter(|(source, target)| source != target)
                .map(|(source, target)| Mapping { source: source.to_string(), target }),
        );
    }
    all
}
