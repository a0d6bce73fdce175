// The modeler of a decision table: draws the file of the form it stands in, and writes it back when the
// form is sent. Without this file, or without scripts, the form is a field with the file as text.
//
// A file that was not changed is sent back exactly as it came.

class DmnModeler extends HTMLElement {
  #changed = false;

  async connectedCallback() {
    const form = this.closest("form");
    const field = form.elements.xml;
    if (!window.DmnJS) return;
    // Each key counts at once: a late one could miss the form.
    const modeler = new window.DmnJS({ container: this, common: { debounceInput: false } });
    try {
      await modeler.importXML(field.value);
    } catch (error) {
      return this.#told(`The modeler cannot draw this file: ${error.message}`);
    }
    const views = modeler.getViews();
    const tables = views.filter((view) => view.type === "decisionTable");
    await modeler.open(tables.at(-1) ?? views[0]);
    this.#watch(modeler);
    modeler.on("views.changed", () => this.#watch(modeler));
    field.closest("details").open = false;
    this.dataset.ready = "";
    form.addEventListener("submit", async (event) => {
      if (!this.#changed) return;
      event.preventDefault();
      const { xml } = await modeler.saveXML({ format: true });
      field.value = xml;
      this.#changed = false;
      // A form takes no request while it is being submitted, and that it is until this task ends.
      setTimeout(() => form.requestSubmit(event.submitter));
    });
  }

  /** Remembers that something was changed in the view that is open. */
  #watch(modeler) {
    const events = modeler.getActiveViewer()?.get("eventBus");
    events?.on("commandStack.changed", () => { this.#changed = true; });
  }

  #told(text) {
    const line = document.createElement("p");
    line.className = "banner banner--warn";
    line.textContent = text;
    this.replaceChildren(line);
  }
}

customElements.define("wk-dmn-modeler", DmnModeler);
