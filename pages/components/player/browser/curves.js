// The curves under one cursor: numbered reps above them, bands behind, and a layer that turns clicks into times.

const CLICK_PX = 6; // a pointer that moved less has clicked
const PLOT_HEIGHTS_PX = [160, 260];
const CHART_GAP_PX = 10; // below a chart
const GAPS_PX = 10; // around the charts

class Curves {
  constructor(bench) {
    this.bench = bench;
    this.root = bench.find(".rs-curves");
    this.charts = bench.find(".rs-charts");
    this.lane = bench.find(".rs-lane");
    this.layer = bench.find(".rs-layer");
    this.frame = bench.find(".rs-frame");
    this.cursor = bench.find(".rs-cursor");
    this.plots = [];
    this.hoverS = null;
    bench.observeSize(this.charts, () => this.fit());
    bench.observeSize(bench.find(".rs-stage"), () => this.fit());
    this.listen();
  }

  /** Where on the time axis a pointer is. */
  timeAt(event) {
    const box = this.frame.getBoundingClientRect();
    return clamp((event.clientX - box.left) / box.width, 0, 1) * this.axisS;
  }

  get axisS() {
    return this.bench.data.duration_s;
  }

  listen() {
    let from = null;
    let scrubs = false;
    const { bench, layer } = this;
    bench.on(layer, "pointerdown", (event) => {
      if (event.button) return;
      [from, scrubs] = [event, false];
      layer.setPointerCapture(event.pointerId);
    });
    bench.on(layer, "pointermove", (event) => {
      if (event.pointerType === "mouse") this.hover(this.timeAt(event));
      if (!from) return;
      scrubs ||= Math.abs(event.clientX - from.clientX) > CLICK_PX;
      if (scrubs) bench.seek(this.timeAt(event));
    });
    bench.on(layer, "pointerup", (event) => {
      if (from) bench.seek(this.timeAt(event));
      if (from && !scrubs && bench.editing) bench.select(repAt(bench.reps, bench.clip.time)?.row ?? null);
      from = null;
    });
    bench.on(layer, "pointercancel", () => (from = null)); // the finger scrolls the page
    bench.on(layer, "pointerleave", () => this.hover(null));
  }

  hover(timeS) {
    this.hoverS = timeS;
    this.layer.style.setProperty("--rs-hover", timeS === null ? 0 : timeS / this.axisS);
    this.layer.classList.toggle("rs-hovers", timeS !== null);
    this.layer.dataset.time = timeS === null ? "" : `${timeS.toFixed(2)} s`;
    this.readValues();
  }

  async update() {
    const { curves, plotly_src: source } = this.bench.data;
    this.drawLane();
    const wanted = JSON.stringify(curves.map(({ title, figure }) => [title, figure]));
    if (wanted === this.shown) return this.drawBands();
    this.shown = wanted;
    const isSame = curves.length === this.plots.length && curves.every(({ title }, index) => title === this.plots[index].title);
    if (isSame) this.plots.forEach((plot, index) => plot.take(curves[index]));
    else await this.rebuild(curves, source, wanted);
    this.drawBands();
    await this.drawPlots();
    return this.showRep();
  }

  /** Lay out the charts, which keeps their room, then fill them once Plotly is there. */
  async rebuild(curves, source, wanted) {
    this.plots.forEach((plot) => plot.destroy());
    this.plots = [];
    delete this.charts.dataset.drawn;
    const charts = curves.map(({ title }) => this.makeChart(title));
    this.charts.replaceChildren(...charts);
    this.fit();
    try {
      const plotly = await loadPlotly(source);
      if (this.shown !== wanted || this.bench.isGone) return;
      this.plots = curves.map((curve, index) => new Plot(plotly, charts[index].querySelector(".rs-plot"), curve));
    } catch (error) {
      this.shown = null; // the next rerun tries again
      this.charts.textContent = error.message;
    }
  }

  /** Give the charts the height of the picture beside them. */
  fit() {
    const stage = this.bench.find(".rs-stage");
    const charts = this.charts.children.length || 1;
    const isBeside = stage.offsetWidth > 0 && stage.offsetWidth < 0.7 * this.bench.root.clientWidth;
    const rest = this.bench.find(".rs-edit-toggle").offsetHeight + this.lane.offsetHeight + GAPS_PX;
    const head = this.charts.querySelector(".rs-head")?.offsetHeight ?? 0;
    const room = (stage.offsetHeight - rest) / charts - head - CHART_GAP_PX;
    const height = isBeside ? clamp(room, ...PLOT_HEIGHTS_PX) : PLOT_HEIGHTS_PX[0];
    this.charts.style.setProperty("--rs-plot-height", `${Math.round(height)}px`);
    this.plots.forEach((plot) => plot.resize());
  }

  makeChart(title) {
    const chart = make("figure", "rs-chart");
    chart.append(make("figcaption", "rs-head"), make("div", "rs-bands"), make("div", "rs-plot"));
    chart.firstChild.append(make("span", "rs-title", { textContent: title }), make("span", "rs-values"));
    return chart;
  }

  async drawPlots() {
    const theme = this.bench.theme();
    await Promise.all(this.plots.map((plot) => plot.draw({ durationS: this.axisS, theme })));
    if (this.plots.length) this.charts.dataset.drawn = "";
    this.readValues();
  }

  span(element, rep) {
    element.style.left = `${(100 * rep.start_s) / this.axisS}%`;
    element.style.width = `${(100 * (rep.end_s - rep.start_s)) / this.axisS}%`;
    return element;
  }

  kind(rep) {
    return `${rep.is_partial ? " rs-partial" : ""}${rep.is_edited ? " rs-edited" : ""}`;
  }

  drawBands() {
    for (const bands of this.charts.querySelectorAll(".rs-bands")) {
      const drawn = this.bench.reps.map((rep) => make("div", `rs-band${this.kind(rep)}`, { dataset: { row: rep.row } }));
      bands.replaceChildren(...drawn.map((band, index) => this.span(band, this.bench.reps[index])));
    }
    this.showRep();
  }

  drawLane() {
    const ends = []; // a rep that begins before another on its line ends goes to the next line
    this.lane.replaceChildren(
      ...this.bench.reps.map((rep) => {
        const chip = make("button", `rs-chip${this.kind(rep)}`, {
          type: "button",
          title: `${repWords(rep)}${rep.is_edited ? ", edited" : ""}: ${seconds(rep.start_s)} to ${seconds(rep.end_s)}`,
          dataset: { row: rep.row },
        });
        chip.ariaLabel = chip.title;
        const words = rep.is_partial ? { dataset: { short: "p", long: "partial" } } : { textContent: `${rep.number}` };
        chip.append(make("span", "rs-chip-words", words));
        chip.style.setProperty("--rs-digits", words.textContent?.length ?? 1);
        chip.onclick = () => this.bench.goTo(rep);
        let line = ends.findIndex((end) => end <= rep.start_s + 0.05);
        if (line < 0) line = ends.length;
        ends[line] = rep.end_s;
        chip.style.setProperty("--rs-line", line);
        return this.span(chip, rep);
      }),
    );
    this.root.style.setProperty("--rs-lines", Math.max(ends.length, 1));
  }

  showTime() {
    this.cursor.style.transform = `translateX(${(100 * this.bench.clip.time) / this.axisS}%)`;
    if (this.hoverS === null) this.readValues();
  }

  readValues() {
    const at = this.hoverS ?? this.bench.clip.time;
    for (const plot of this.plots) {
      const values = plot.element.parentElement.querySelector(".rs-values");
      if (!values.childElementCount) {
        values.append(...plot.valuesAt(at).map(({ name, color }) => this.makeValue(plot, name, color)));
      }
      plot.valuesAt(at).forEach(({ value }, index) => (values.children[index].lastChild.textContent = degrees(value)));
    }
  }

  makeValue(plot, name, color) {
    const value = make("span", "rs-value");
    const swatch = make("i", name === "Right" ? "rs-swatch rs-dashed" : "rs-swatch");
    swatch.style.setProperty("--rs-color", color);
    value.append(swatch, make("span", "rs-side", { textContent: name === plot.title ? "" : name }), make("b", "rs-angle"));
    return value;
  }

  /** Mark the rep being played and the chosen one, in the lane, the bands and the curves. */
  showRep() {
    const { current, selected } = this.bench;
    for (const element of this.root.querySelectorAll("[data-row]")) {
      element.classList.toggle("rs-current", Number(element.dataset.row) === current?.row);
      element.classList.toggle("rs-selected", Number(element.dataset.row) === selected);
    }
    this.plots.forEach((plot) => plot.emphasise(current));
  }

  retheme() {
    return this.drawPlots();
  }

  destroy() {
    this.plots.forEach((plot) => plot.destroy());
  }
}
