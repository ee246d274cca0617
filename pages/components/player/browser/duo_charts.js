// Both sets over the phase of a rep: mean ± SD of each, the pair on screen, and the cursor.

class PhaseChart extends Queue {
  constructor(duo, chart) {
    super();
    Object.assign(this, { duo, chart });
    this.element = make("figure", "rs-phase");
    this.element.innerHTML = `
      <figcaption class="rs-phase-head"><span class="rs-title"></span><output class="rs-phase-values"></output></figcaption>
      <div class="rs-phase-plot"></div><div class="rs-phase-frame" aria-hidden="true"><div class="rs-phase-cursor"></div></div>`;
    this.element.querySelector(".rs-title").textContent = chart.title;
    this.plot = this.element.querySelector(".rs-phase-plot");
    this.plot.setAttribute("role", "img");
    this.plot.setAttribute("aria-label", chart.words);
    this.cursor = this.element.querySelector(".rs-phase-cursor");
    this.values = this.element.querySelector(".rs-phase-values");
  }

  draw() {
    return this.queue(() => this.react());
  }

  async react() {
    const plotly = await loadPlotly(this.duo.data.plotly_src);
    if (this.isGone) return;
    await plotly.react(this.plot, this.traces(), this.layout(), { displayModeBar: false, staticPlot: true, responsive: false });
    this.plotly = plotly;
    this.drawPair();
  }

  traces() {
    const { colors, dashes } = this.duo.data;
    const phase = this.chart.one.mean.map((_, index) => index);
    return ["one", "other"].flatMap((name) => {
      const { mean, sd } = this.chart[name];
      const line = { color: colors[name], dash: dashes[name], width: 2 };
      const edge = (sign) => mean.map((value, index) => (value === null || sd[index] === null ? null : value + sign * sd[index]));
      return [
        { x: phase, y: edge(-1), mode: "lines", line: { width: 0 } },
        { x: phase, y: edge(1), mode: "lines", line: { width: 0 }, fill: "tonexty", fillcolor: this.duo.data.bands[name] },
        { x: phase, y: mean, mode: "lines", line },
        { x: phase, y: mean.map(() => null), mode: "lines", line: { ...line, width: 4 } },
      ].map((trace) => ({ type: "scatter", hoverinfo: "skip", ...trace }));
    });
  }

  layout() {
    const theme = themeOf(this.duo.root);
    const axis = { gridcolor: theme.grid, linecolor: theme.grid, tickfont: { size: 12, color: theme.text }, fixedrange: true, zeroline: false };
    return {
      width: this.plot.clientWidth || 500, height: this.plot.clientHeight, margin: PLOT_MARGIN, showlegend: false, dragmode: false, hovermode: false,
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { family: theme.font, color: theme.text },
      xaxis: { ...axis, range: [0, 100], tickvals: [0, 25, 50, 75, 100], ticktext: ["Start", "", "Turn", "", "End"] },
      yaxis: { ...axis, ticksuffix: "°", nticks: 5 },
    };
  }

  /** The reps of the pair on screen, heavier. */
  showPair() {
    if (this.plotly) this.queue(() => this.drawPair());
  }

  drawPair() {
    const row = this.duo.currentRow;
    const curves = ["one", "other"].map((name) => (row === null ? null : this.chart[name].curves[row]));
    return this.plotly.restyle(this.plot, { y: curves.map((curve) => curve ?? []) }, [3, 7]);
  }

  showPhase(phase) {
    this.cursor.hidden = !Number.isFinite(phase);
    if (this.cursor.hidden) {
      this.values.textContent = "";
      return;
    }
    this.cursor.style.left = `${100 * phase}%`;
    const row = this.duo.currentRow;
    const [one, other] = ["one", "other"].map((name) => {
      const curve = row === null ? null : this.chart[name].curves[row];
      return curve ? (curve[Math.round(100 * phase)] ?? NaN) : NaN;
    });
    this.values.textContent = `A ${degrees(one)} · B ${degrees(other)}`;
  }

  resize() {
    return this.queue(() => {
      const { clientWidth: width, clientHeight: height } = this.plot;
      return this.plotly && width && this.plotly.relayout(this.plot, { width, height }); // 0: out of sight
    });
  }

  destroy() {
    this.isGone = true;
    this.plotly?.purge(this.plot);
  }
}
