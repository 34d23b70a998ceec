// What the charts of a report share: axes over time, figures as text, colors of the theme. Times are seconds since 1970 UTC.
"use strict";
const Plots = (() => {
  const byId = (id) => document.getElementById(id);
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const charts = [];

  // So many decimals, thousands apart; a dash for what is no number, no minus before a zero.
  function number(value, digits) {
    if (!Number.isFinite(value)) return "-";
    const text = value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    return /^-[0.,]*$/.test(text) ? text.slice(1) : text;
  }
  const percent = (value) => (Number.isFinite(value) ? number(value * 100, 2) + " %" : "-");
  const alpha = (hex, share) => hex + Math.round(share * 255).toString(16).padStart(2, "0");

  function axis(values) {
    const line = { stroke: color("line"), width: 1 };
    return { stroke: color("muted"), grid: line, ticks: { show: false }, font: "12px system-ui, sans-serif", size: 64, ...values };
  }

  // Days, months or times of day in a form that reads the same everywhere; the year or the date where it changes.
  function timeLabels(u, splits, index, space, step) {
    let last = "";
    return splits.map((t) => {
      const iso = new Date(t * 1000).toISOString();
      const month = MONTHS[Number(iso.slice(5, 7)) - 1];
      const [text, context] = step >= 28 * 86400 ? [month, iso.slice(0, 4)]
        : step >= 86400 ? [`${Number(iso.slice(8, 10))} ${month}`, iso.slice(0, 4)]
        : [iso.slice(11, 16), iso.slice(0, 10)];
      const label = context === last ? text : `${text}\n${context}`;
      last = context;
      return label;
    });
  }

  // Round values for a logarithmic axis: steps of 1, 2, 5 over a wide range, even steps over a narrow one.
  function logTicks(min, max) {
    const ticks = [];
    if (max / min < 5) {
      const rough = (max - min) / 6;
      const size = 10 ** Math.floor(Math.log10(rough));
      const step = [1, 2, 5, 10].find((n) => n * size >= rough) * size;
      for (let v = Math.ceil(min / step) * step; v <= max; v += step) ticks.push(v);
    } else {
      for (let size = 10 ** Math.floor(Math.log10(min)); size <= max; size *= 10) {
        for (const n of [1, 2, 5]) if (n * size >= min && n * size <= max) ticks.push(n * size);
      }
    }
    return ticks;
  }

  // Without a cursor the legend shows the last values.
  function showLast(u) {
    if (u.cursor.idx == null) u.setLegend({ idx: u.data[0].length - 1 }, false);
  }

  // Draws columns over time into an element. `y`: scale, format of its labels, further options of its axis. `onSelect` gets the
  // start and end, in seconds, of a stretch the reader marked.
  function timePlot(id, height, values, series, y, onSelect = () => {}) {
    const element = byId(id);
    const options = {
      width: element.clientWidth,
      height,
      tzDate: (t) => uPlot.tzDate(new Date(t * 1000), "Etc/UTC"),
      cursor: { sync: { key: "time" }, points: { size: 7 } },
      scales: { x: { time: true }, y: y.scale },
      axes: [axis({ size: 34, values: timeLabels }), axis({ values: y.format, ...y.axis })],
      series: [{ label: "Time", value: "{YYYY}-{MM}-{DD} {HH}:{mm}" }, ...series],
      hooks: { ready: [showLast], setCursor: [showLast], setSelect: [(u) => u.select.width > 0 && onSelect(u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x"))] },
    };
    const plot = new uPlot(options, values, element);
    charts.push({ plot, element, height });
  }

  function clear() {
    charts.splice(0).forEach((chart) => chart.plot.destroy());
  }

  // Takes away the charts in these elements.
  function remove(...ids) {
    for (const id of ids) {
      const at = charts.findIndex((chart) => chart.element === byId(id));
      if (at >= 0) charts.splice(at, 1)[0].plot.destroy();
    }
  }

  // First and last second that a chart shows.
  function range(id) {
    const { min, max } = charts.find((chart) => chart.element === byId(id)).plot.scales.x;
    return [min, max];
  }

  // A sentence in the place of a chart that has nothing to show.
  function nothing(id, text) {
    byId(id).replaceChildren(cell("p", text, "none"));
  }

  // An element with text.
  function cell(kind, text, classes) {
    const element = document.createElement(kind);
    element.textContent = text;
    if (classes) element.className = classes;
    return element;
  }

  // Charts follow the width of the page; `others` is told when it changed. A chart in a closed tab has no width and waits.
  function follow(element, others = () => {}) {
    let width = element.clientWidth;
    const fit = () => {
      for (const { plot, element, height } of charts) {
        if (element.clientWidth > 0 && element.clientWidth !== plot.width) plot.setSize({ width: element.clientWidth, height });
      }
      if (element.clientWidth !== width) {
        width = element.clientWidth;
        others();
      }
    };
    new ResizeObserver(() => requestAnimationFrame(fit)).observe(element);
  }

  // The button and the system both switch the theme; the charts are drawn again.
  function themed(draw) {
    byId("theme").addEventListener("click", () => {
      document.documentElement.dataset.theme = getComputedStyle(document.documentElement).colorScheme === "dark" ? "light" : "dark";
      draw();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  }

  // Room above and below, and a line that never has no height.
  function padded(u, min, max) {
    const room = (max - min) * 0.06 || Math.abs(max) * 0.01 || 1;
    return [min - room, max + room];
  }

  return { byId, color, number, percent, alpha, logTicks, timePlot, clear, remove, range, nothing, cell, follow, themed, padded };
})();
