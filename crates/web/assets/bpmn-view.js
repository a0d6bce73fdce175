// <wk-bpmn src="…">: draws the model with the pinned viewer, to zoom and to drag, and paints on it what
// the server painted on the still picture inside. Without script, or when the viewer cannot read the
// model, the still picture stays. The watermark of the viewer stays as it is.

class Drawing extends HTMLElement {
  async connectedCallback() {
    const still = this.querySelector(".diagram__still");
    const data = this.querySelector("script[type='application/json']");
    if (!still || this.canvas) return;
    const label = this.closest("section, details")?.querySelector("h2, summary")?.textContent ?? "Drawing";
    this.canvas = document.createElement("div");
    this.canvas.className = "diagram__canvas";
    this.canvas.setAttribute("role", "group");
    this.canvas.setAttribute("aria-label", `${label.trim()}, to zoom and drag`);
    try {
      const answer = await fetch(this.getAttribute("src"), { credentials: "same-origin" });
      if (!answer.ok) throw new Error(`${answer.status}`);
      const xml = await answer.text();
      still.hidden = true;
      this.append(this.canvas);
      const ink = getComputedStyle(this).getPropertyValue("color");
      this.viewer = new window.BpmnJS({
        container: this.canvas,
        bpmnRenderer: { defaultFillColor: "transparent", defaultStrokeColor: ink, defaultLabelColor: ink },
      });
      await this.viewer.importXML(xml);
      this.paint(JSON.parse(data?.textContent || "{}"));
      this.fit();
      this.append(this.bar());
    } catch {
      this.viewer?.destroy();
      this.canvas.remove();
      still.hidden = false;
    }
  }

  /** As large as fits, but readable: a wide drawing begins at its left edge. */
  fit() {
    const canvas = this.viewer.get("canvas");
    if (canvas.zoom("fit-viewport") < 0.6) {
      canvas.zoom(0.8);
      const { inner } = canvas.viewbox();
      canvas.viewbox({ ...canvas.viewbox(), x: inner.x - 20, y: inner.y - 20 });
    }
  }

  paint(paints) {
    const [canvas, overlays, elements] = ["canvas", "overlays", "elementRegistry"].map((n) => this.viewer.get(n));
    for (const [id, { class: classes, badge }] of Object.entries(paints)) {
      const element = elements.get(id);
      if (!element) continue;
      for (const name of (classes || "").split(" ").filter(Boolean)) canvas.addMarker(id, name);
      if (badge && !element.waypoints) {
        const html = document.createElement("div");
        html.className = "badge-over";
        html.textContent = badge;
        overlays.add(id, { position: { top: 0, left: element.width }, html });
      }
    }
  }

  bar() {
    const bar = document.createElement("div");
    bar.className = "diagram__bar";
    const canvas = this.viewer.get("canvas");
    const step = (by) => () => canvas.zoom(Math.min(4, Math.max(0.1, canvas.zoom() * by)));
    const buttons = [["−", "Smaller", step(0.8)], ["+", "Larger", step(1.25)],
      ["⤢", "Whole drawing", () => canvas.zoom("fit-viewport")]];
    for (const [sign, text, act] of buttons) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "btn btn--sm", textContent: sign, title: text });
      button.setAttribute("aria-label", text);
      button.addEventListener("click", act);
      bar.append(button);
    }
    return bar;
  }
}

customElements.define("wk-bpmn", Drawing);
