// Charts of the page over several strategies. Names of strategies enter as text: uPlot sets its labels through textContent.
"use strict";
(() => {
  const { byId, color, number, percent, alpha, timePlot, clear, follow, themed, padded } = Plots;
  const data = JSON.parse(byId("data").textContent);
  const LINE_COLORS = ["#e8912d", "#8e5bd6", "#1aa3b8", "#c94f8c", "#7a9a2a", "#5577dd", "#a0703c", "#4a9c6d"];

  function draw() {
    clear();
    const money = (u, value) => (value == null ? "-" : `${number(value, 2)} ${data.currency}`);
    timePlot("equity", 280, [data.t, data.total], [
      { label: "Equity", stroke: color("accent"), width: 2, fill: alpha(color("accent"), 0.07), value: money },
    ], { scale: { range: padded }, format: (u, ticks) => ticks.map((v) => number(v, 0)) });
    const series = data.lines.map(([name], index) => ({
      label: name, stroke: LINE_COLORS[index % LINE_COLORS.length], width: 1.75, value: (u, v) => percent(v),
    }));
    timePlot("returns", 260, [data.t, ...data.lines.map(([, values]) => values)], series, {
      scale: { range: padded },
      format: (u, ticks) => ticks.map((v) => number(v * 100, Math.abs(u.scales.y.max - u.scales.y.min) < 0.05 ? 1 : 0) + " %"),
    });
  }

  themed(draw);
  follow(document.querySelector("main"));
  draw();
})();
