// Compares two BPMN texts by what they say: runs in a page, because browsers read XML.
// Prefixes, white space, the order of attributes, how a number is written, and attributes that say what
// holds without them are no difference; everything else is.

/** What `before` says and `after` does not, as lines of text; `edited` names an element whose name changed. */
export function missing([before, after, edited]) {
  const MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL";
  const DRAWING = ["http://www.omg.org/spec/BPMN/20100524/DI", "http://www.omg.org/spec/DD/20100524/DC",
    "http://www.omg.org/spec/DD/20100524/DI"];
  const XMLNS = "http://www.w3.org/2000/xmlns/";
  const XSI = "http://www.w3.org/2001/XMLSchema-instance";
  const DEFAULTS = new Set(["isExecutable=false", "isClosed=false", "processType=None", "isForCompensation=false",
    "startQuantity=1", "completionQuantity=1", "triggeredByEvent=false", "cancelActivity=true", "isInterrupting=true",
    "parallelMultiple=false", "gatewayDirection=Unspecified", "instantiate=false", "isSequential=false", "behavior=All",
    "isCollection=false", "isUnlimited=true", "implementation=##WebService", "implementation=##unspecified",
    "eventGatewayType=Exclusive", "method=##Compensate", "associationDirection=None", "ordering=Parallel",
    "cancelRemainingInstances=true", "testBefore=false", "textFormat=text/plain", "isStartDateTimeUnlimited=false",
    "mustUnderstand=false", "structureRef=", "isBold=false", "isItalic=false", "isUnderline=false",
    "isStrikeThrough=false", "isMarkerVisible=true", "itemKind=Information", "minimum=0", "maximum=1",
    "expressionLanguage=http://www.w3.org/1999/XPath", "typeLanguage=http://www.w3.org/2001/XMLSchema"]);
  const read = (text) => new DOMParser().parseFromString(text, "application/xml");
  const number = (text) => (/^-?\d+(\.\d+)?(e-?\d+)?$/i.test(text) ? String(Math.round(Number(text) * 1e6) / 1e6) : text);
  const local = (text) => text.replace(/^[\w.-]+:(?=[\w.-]+$)/, "");

  /** A node in one line: its namespace, name, attributes and own text. */
  function line(node) {
    const known = node.namespaceURI === MODEL || DRAWING.includes(node.namespaceURI);
    const attributes = [...node.attributes]
      .filter((a) => a.namespaceURI !== XMLNS && !(a.localName === "schemaLocation"))
      .map((a) => {
        const value = known ? number(local(a.value.trim().replace(/\s+/g, " "))) : a.value;
        return `${a.namespaceURI === XSI ? "xsi:" : ""}${a.localName}=${value}`;
      })
      .filter((text) => !(known && (DEFAULTS.has(text) || text === "xsi:type=Point")))
      .filter((text) => !(node.getAttribute("id") === edited && text.startsWith("name=")))
      .sort();
    const text = [...node.childNodes].filter((c) => c.nodeType === 3 || c.nodeType === 4)
      .map((c) => c.data).join(" ").trim().replace(/\s+/g, " ");
    return `{${node.namespaceURI}}${node.localName} ${attributes.join(" ")} ${known ? local(text) : text}`.trim();
  }

  function counted(document) {
    const lines = new Map();
    for (const node of document.getElementsByTagName("*")) {
      const of = node.parentElement?.closest("[id]")?.getAttribute("id") ?? "";
      const text = `${of} > ${line(node)}`;
      lines.set(text, (lines.get(text) ?? 0) + 1);
    }
    return lines;
  }

  const [old, now] = [counted(read(before)), counted(read(after))];
  const gone = [];
  for (const [text, count] of old) {
    if ((now.get(text) ?? 0) < count) gone.push(`${text} (${now.get(text) ?? 0} of ${count})`);
  }
  return gone;
}
