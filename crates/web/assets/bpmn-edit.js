// <wk-bpmn-editor>: the pinned modeler over the text of the model, with a panel for our properties.
//
// The text stays the truth: it is written anew only after a change in the picture, and the form posts
// it as it stands. Our attributes are read and written by their qualified names and everything that
// the modeler does not know is kept as it is: foreign elements, extensions, the drawing.

const WK = "https://watchkeeper.example/bpmn";
const EMPTY_OFFERS = { phase: [], role: [], decision: [], action: [] };
/** Attribute, what it is called, for which kinds of element, what is offered. */
const FIELDS = [
  ["phase", "Phase", /./, "phase"],
  ["role", "Who does it (roles, apart by spaces)", /Task$|SubProcess$|CallActivity$/, "role"],
  ["due", "Due within (such as PT30M)", /Task$|SubProcess$|CallActivity$/],
  ["approvals", "How many persons approve", /Task$/],
  ["exceptions", "Exception codes, apart by spaces", /Task$|SubProcess$|CallActivity$/],
  ["decision", "Decision table", /BusinessRuleTask$/, "decision"],
  ["action", "Action", /ServiceTask$|SendTask$/, "action"],
];
/** What stands before the first element: the declaration, and comments, which the modeler does not keep. */
const PROLOG = /^(?:\s|<\?[\s\S]*?\?>|<!--[\s\S]*?-->)*/;
const HOSTS = /Task$|SubProcess$|CallActivity$|Gateway$|Event$/;

class Editor extends HTMLElement {
  async connectedCallback() {
    this.text = this.querySelector("textarea");
    if (!this.text || this.desk) return;
    this.offers = { ...EMPTY_OFFERS, ...JSON.parse(this.dataset.offers || "{}") };
    this.desk = element("div", "editor__desk");
    this.canvas = element("div", "editor__canvas");
    this.canvas.setAttribute("role", "group");
    this.canvas.setAttribute("aria-label", "Picture of the process, to change; its text stands below");
    this.panel = element("section", "panel editor__panel");
    this.panel.setAttribute("aria-label", "Properties of the chosen element");
    this.desk.append(this.canvas, this.panel);
    this.prepend(this.desk);
    this.modeler = new window.BpmnJS({ container: this.canvas });
    const bus = this.modeler.get("eventBus");
    bus.on("commandStack.changed", () => this.write());
    bus.on("selection.changed", ({ newSelection }) => this.isReady() && this.show(newSelection[0]));
    this.upload();
    this.text.addEventListener("change", () => this.load());
    this.closest("form")?.addEventListener("submit", (event) => this.submit(event));
    await this.load();
  }

  isReady() {
    return this.dataset.state === "ready";
  }

  /** Reads the text into the picture. */
  async load() {
    delete this.dataset.state;
    this.writing = null;
    try {
      await this.modeler.importXML(this.text.value);
      this.begin();
      const lost = await this.losses();
      if (lost.length > 0) {
        this.dataset.state = "lossy";
        this.say("The text says more than the picture can keep",
          `Change the text itself; the picture is for reading. Not in the picture: ${lost.slice(0, 5).join(", ")}`);
        return;
      }
      this.show(null);
      this.dataset.state = "ready";
    } catch (error) {
      this.dataset.state = "unreadable";
      this.say("The text cannot be drawn", error.message);
    }
  }

  /** The ids that would be gone if the picture were written as text now, before any change. */
  async losses() {
    const { xml } = await this.modeler.saveXML();
    const ids = (text) => new Set([...text.matchAll(/\sid\s*=\s*["']([^"']+)["']/g)].map(([, id]) => id));
    const kept = ids(xml);
    return [...ids(this.text.value)].filter((id) => !kept.has(id));
  }

  /** Readable, and beside the palette. */
  begin() {
    const canvas = this.modeler.get("canvas");
    canvas.zoom(Math.max(0.7, Math.min(1, canvas.zoom("fit-viewport"))));
    const { inner, ...box } = canvas.viewbox();
    canvas.viewbox({ ...box, x: inner.x - 140 / canvas.zoom(), y: inner.y - 20 });
  }

  /** Writes the picture into the text, once it was changed. */
  write() {
    if (!this.isReady()) return;
    const writing = this.modeler.saveXML({ format: true }).then(({ xml }) => {
      if (this.writing !== writing) return; // Changed again meanwhile: that writing has it all.
      const [said] = this.text.value.match(PROLOG);
      const [own] = xml.match(PROLOG);
      const comments = said.replace(/^\s*<\?xml[\s\S]*?\?>/, "").trim();
      this.text.value = own + (comments && `${comments}\n`) + xml.slice(own.length);
      this.writing = null;
      this.dataset.written = String(Number(this.dataset.written ?? 0) + 1);
    }).catch((error) => {
      this.writing = null;
      this.dataset.state = "unwritable";
      this.say("The picture cannot be written as text", error.message);
    });
    this.writing = writing;
  }

  /** What is being typed into the picture, and what is being written, goes with the form. */
  async submit(event) {
    if (!this.isReady()) return;
    this.modeler.get("directEditing").complete();
    if (!this.writing) return;
    event.preventDefault();
    while (this.writing) await this.writing;
    if (!this.isReady()) return;
    // A form takes no request while it is being submitted, and that it is until this task ends.
    setTimeout(() => event.target.requestSubmit(event.submitter));
  }

  upload() {
    const field = this.querySelector("[data-upload]");
    if (!field) return;
    field.hidden = false;
    field.querySelector("input").addEventListener("change", async ({ target }) => {
      const [file] = target.files;
      if (!file) return;
      this.text.value = await file.text();
      await this.load();
    });
  }

  say(title, text) {
    const head = element("div", "panel__h");
    head.append(Object.assign(element("h2"), { textContent: title }));
    const body = element("div", "panel__b");
    body.append(Object.assign(element("p", "sm mut2"), { textContent: text }));
    this.panel.replaceChildren(head, body);
  }

  /** The properties of an element. */
  show(chosen) {
    const object = chosen?.businessObject;
    if (!object || !HOSTS.test(object.$type)) {
      this.say("Properties", "Choose a task, a gateway or an event to see who does it, what proves it and by when.");
      return;
    }
    this.say(object.name || object.id, object.$type.replace("bpmn:", ""));
    const body = this.panel.querySelector(".panel__b");
    body.append(this.field("name", "Name", object.name ?? "", (value) => this.set(chosen, { name: value || undefined })));
    for (const [key, label, kinds, offer] of FIELDS) {
      if (!kinds.test(object.$type)) continue;
      const name = `wk:${key}`;
      const write = (value) => this.set(chosen, { [name]: value || undefined });
      body.append(this.field(key, label, object.get(name) ?? "", write, this.offers[offer]));
    }
    body.append(this.check(chosen, object), this.evidence(chosen, object), this.form(chosen, object));
  }

  field(key, label, value, write, offers) {
    const field = element("div", "field");
    const id = `property-${key}`;
    const input = Object.assign(element("input", "in"), { id, value });
    field.append(Object.assign(element("label"), { htmlFor: id, textContent: label }), input);
    if (offers?.length) {
      const list = Object.assign(element("datalist"), { id: `${id}-offers` });
      list.append(...offers.map((offer) => Object.assign(element("option"), { value: offer })));
      input.setAttribute("list", list.id);
      field.append(list);
    }
    input.addEventListener("change", () => write(input.value.trim()));
    return field;
  }

  check(chosen, object) {
    const label = element("label", "check");
    const input = Object.assign(element("input"), { type: "checkbox", id: "property-decision-point" });
    input.checked = object.get("wk:decisionPoint") === "true";
    input.addEventListener("change", () => this.set(chosen, { "wk:decisionPoint": input.checked ? "true" : undefined }));
    label.append(input, Object.assign(element("span"), { textContent: "Decision point: governance happens here" }));
    return label;
  }

  evidence(chosen, object) {
    const lines = this.members(object, "evidence").map(({ name, late }) => (late ? `${name} ${late}` : name));
    return this.lines("evidence", "Evidence wanted, one a line; a second word is how late it may be", lines, (rows) =>
      this.members_set(chosen, "evidence", "require", rows.map(([name, late]) => ({ name, ...(late && { late }) }))));
  }

  form(chosen, object) {
    if (!/UserTask$|BusinessRuleTask$/.test(object.$type)) return element("div");
    const kept = new Map(this.members(object, "form").map((field) => [field.key, field]));
    const lines = [...kept.values()].map(({ key, type, required, options }) =>
      [key, type, required === "true" ? "required" : "optional", options].filter(Boolean).join(" "));
    return this.lines("form", "Form, one field a line: key, type, required or optional, options", lines, (rows) =>
      this.members_set(chosen, "form", "field", rows.map(([key, type = "text", required, ...options]) => ({
        ...kept.get(key), key, type, ...(required === "required" ? { required: "true" } : { required: undefined }),
        options: options.length ? options.join(" ") : undefined,
      }))));
  }

  lines(key, label, lines, write) {
    const field = element("div", "field");
    const id = `property-${key}`;
    const area = Object.assign(element("textarea", "in code"), { id, rows: Math.max(2, lines.length), value: lines.join("\n") });
    field.append(Object.assign(element("label"), { htmlFor: id, textContent: label }), area);
    area.addEventListener("change", () => write(area.value.split("\n").map((line) => line.trim().split(/\s+/)).filter(([first]) => first)));
    return field;
  }

  /** The members of a list in the extension, as plain attributes. */
  members(object, tag) {
    const list = object.extensionElements?.values?.find(({ $type }) => $type === `wk:${tag}`);
    return (list?.$children ?? []).map(({ $type, $children, $body, ...attributes }) => ({ ...attributes, ...attributes.$attrs }));
  }

  /** Writes the members of a list; what else stands in the extension is kept. */
  members_set(chosen, tag, member, rows) {
    const object = chosen.businessObject;
    const [moddle, modeling] = [this.modeler.get("moddle"), this.modeler.get("modeling")];
    const clean = (row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined && value !== ""));
    const children = rows.map((row) => moddle.createAny(`wk:${member}`, WK, clean(row)));
    const held = object.extensionElements?.values ?? [];
    const others = held.filter(({ $type }) => $type !== `wk:${tag}`);
    const at = held.findIndex(({ $type }) => $type === `wk:${tag}`);
    if (children.length) {
      const list = moddle.createAny(`wk:${tag}`, WK, { $children: children });
      others.splice(at < 0 ? others.length : at, 0, list);
    }
    this.declare();
    const extension = others.length ? moddle.create("bpmn:ExtensionElements", { values: others }) : undefined;
    others.forEach((value) => { value.$parent = extension; });
    if (extension) extension.$parent = object;
    modeling.updateProperties(chosen, { extensionElements: extension });
  }

  set(chosen, properties) {
    this.declare();
    this.modeler.get("modeling").updateProperties(chosen, properties);
  }

  /** Our namespace has its name in the text, whoever wrote the model. */
  declare() {
    const definitions = this.modeler.getDefinitions();
    if (!Object.values(definitions.$attrs).includes(WK)) definitions.$attrs["xmlns:wk"] = WK;
  }
}

function element(tag, className) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  return made;
}

customElements.define("wk-bpmn-editor", Editor);
