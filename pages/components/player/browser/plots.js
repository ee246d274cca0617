// Plotly, loaded once for all players of the page, and one figure of it in the colours of the theme.

let plotlyLoading = null;

function loadPlotly(src) {
  plotlyLoading ??= new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src, async: true });
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      plotlyLoading = null; // another player, or the next result, may try again
      script.remove();
      reject(new Error("The curves could not be loaded. Reload the page."));
    };
    document.head.append(script);
  });
  return plotlyLoading;
}

/** The theme's colours in a form Plotly understands. */
function themeOf(root) {
  const style = getComputedStyle(root);
  const context = document.createElement("canvas").getContext("2d");
  context.fillStyle = style.color;
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(context.fillStyle.slice(at, at + 2), 16));
  const mix = (share) => `rgba(${red}, ${green}, ${blue}, ${share})`;
  return { text: mix(0.72), grid: mix(0.14), font: style.fontFamily };
}

const PLOT_MARGIN = { l: 44, r: 10, t: 8, b: 24 }; // also in player.css: bands and cursor lie on the same axis

/** Plotly loses its way when asked for two things at a time, or for anything once it is gone: one after the other. */
class Queue {
  last = Promise.resolve();

  queue(work) {
    this.last = this.last.then(() => !this.isGone && work());
    return this.last;
  }
}

/** One joint's curves; the sides of the rep being played are drawn again, heavier. */
class Plot extends Queue {
  constructor(plotly, element, curve) {
    super();
    Object.assign(this, { plotly, element });
    this.take(curve);
  }

  take({ title, figure }) {
    this.title = title;
    this.figure = JSON.parse(figure);
    this.lines = this.figure.data.filter((trace) => trace.mode === "lines");
    this.heavy = this.lines.map((trace) => ({
      type: "scatter", mode: "lines", x: [], y: [], hoverinfo: "skip", line: { ...trace.line, width: 3.25 },
    }));
  }

  draw(how) {
    return this.queue(() => this.react(how));
  }

  async react({ durationS, theme }) {
    const traces = this.figure.data.map((trace) => ({
      ...trace,
      line: trace.line && { ...trace.line, width: 1.75 },
      hoverinfo: "skip",
      hovertemplate: undefined,
    }));
    await this.plotly.react(this.element, [...traces, ...this.heavy], this.layout(durationS, theme), {
      displayModeBar: false, staticPlot: true, responsive: false,
    });
    this.samples = this.lines.map((_, index) => {
      const { x, y } = this.element._fullData[index];
      return { name: this.lines[index].name, color: this.lines[index].line.color, x: Array.from(x), y: Array.from(y) };
    });
  }

  layout(durationS, theme) {
    const axis = { gridcolor: theme.grid, linecolor: theme.grid, tickfont: { size: 12, color: theme.text }, fixedrange: true };
    return {
      height: this.element.clientHeight,
      width: this.element.clientWidth || 600,
      margin: PLOT_MARGIN,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: theme.font, color: theme.text },
      showlegend: false,
      dragmode: false,
      hovermode: false,
      xaxis: { ...axis, range: [0, durationS], ticksuffix: " s", nticks: 8, showgrid: false, zeroline: false },
      yaxis: { ...axis, range: this.figure.layout.yaxis?.range, ticksuffix: "°", nticks: 5, zeroline: false },
    };
  }

  /** Draw the sides heavier between two times; null for nowhere. */
  emphasise(rep) {
    return this.queue(() => this.samples && this.drawHeavy(rep));
  }

  drawHeavy(rep) {
    const parts = this.samples.map(({ x, y }) => {
      const inside = rep ? x.map((at, index) => (at >= rep.start_s && at <= rep.end_s ? index : -1)).filter((index) => index >= 0) : [];
      return { x: inside.map((index) => x[index]), y: inside.map((index) => y[index]) };
    });
    const first = this.figure.data.length;
    const rows = this.heavy.map((_, index) => first + index);
    this.heavy.forEach((trace, index) => Object.assign(trace, parts[index]));
    return this.plotly.restyle(this.element, { x: parts.map((part) => part.x), y: parts.map((part) => part.y) }, rows);
  }

  /** The value of each side at a time: [{name, color, value}]. */
  valuesAt(timeS) {
    return (this.samples || []).map(({ name, color, x, y }) => {
      const [before, after, share] = neighbours(x, timeS);
      return { name, color, value: before === null ? NaN : y[before] + share * (y[after] - y[before]) };
    });
  }

  resize() {
    return this.queue(() => {
      const { clientWidth: width, clientHeight: height } = this.element;
      return this.samples && width && this.plotly.relayout(this.element, { width, height });
    });
  }

  destroy() {
    this.queue(() => this.plotly.purge(this.element)).then(() => (this.isGone = true));
  }
}
