// Lines over time: equity, drawdown, exposure, rolling Sharpe, fees and funding.
"use strict";
(() => {
  const { byId, color, number, percent, alpha, logTicks, timePlot, padded } = Plots;
  const { data } = Report;
  let logarithmic = false;

  const money = (u, value) => (value == null ? "-" : `${number(value, 2)} ${data.currency}`);
  const ratio = (u, value) => (value == null ? "-" : number(value, 2));
  // As many decimals as the distance between the labels asks for.
  const labeled = (ticks, times, unit) => {
    const shown = ticks.filter((tick) => tick != null);
    const step = shown.length > 1 ? Math.abs(shown[1] - shown[0]) * times : 1;
    const digits = [0, 1, 2].find((n) => Math.abs(step * 10 ** n - Math.round(step * 10 ** n)) < 1e-6 && step * 10 ** n > 0.5) ?? 3;
    return ticks.map((tick) => (tick == null ? "" : number(tick * times, digits) + unit));
  };
  const labels = (u, ticks) => labeled(ticks, 1, "");
  const percents = (u, ticks) => labeled(ticks, 100, " %");
  const zoomed = (from, to) => Report.showRange(from, to);

  function drawOverview() {
    const e = data.equity;
    if (e.t.length < 2) return Plots.nothing("equity", "Shorter than an hour: no line to draw.");
    const fill = logarithmic ? undefined : alpha(color("accent"), 0.07);
    const series = [{ label: "Strategy", stroke: color("accent"), width: 2, fill, value: money }];
    const values = [e.t, e.v];
    if (e.hold) {
      series.push({ label: "Buy and hold", stroke: color("hold"), width: 1.5, dash: [5, 4], value: money });
      values.push(e.hold);
    }
    const isPositive = e.v.concat(e.hold || []).every((value) => value > 0);
    byId("logarithmic").disabled = !isPositive;
    byId("logarithmic").title = isPositive ? "" : "Equity reached zero";
    timePlot("equity", 320, values, series, {
      scale: logarithmic ? { distr: 3, range: (u, min, max) => [min * 0.95, max * 1.05] } : { range: padded },
      axis: logarithmic ? { splits: (u, index, min, max) => logTicks(min, max), filter: (u, ticks) => ticks } : {},
      format: labels,
    }, zoomed);
    timePlot("drawdown", 150, [e.t, e.dd], [
      { label: "Drawdown", stroke: color("down"), width: 1.5, fill: alpha(color("down"), 0.16), value: (u, v) => percent(v) },
    ], { scale: { range: (u, min) => [Math.min(min * 1.08, -0.01), 0] }, format: percents }, zoomed);
  }

  function drawRisk() {
    const line = (label, stroke, value, more) => ({ label, stroke: color(stroke), width: 1.75, value, ...more });
    const { rolling, exposure, equity } = data;
    const known = rolling.sharpe_30.some((value) => value !== null);
    byId("rolling-panel").hidden = !known;
    if (known) {
      timePlot("rolling", 200, [rolling.t, rolling.sharpe_30, rolling.sharpe_90], [
        line("30 days", "hold", ratio, { width: 1.25 }), line("90 days", "accent", ratio, { width: 2 }),
      ], { scale: { range: padded }, format: labels }, zoomed);
    }
    if (equity.t.length < 2) Plots.nothing("exposure", "Shorter than an hour: no line to draw.");
    else drawExposure(exposure, equity.t, line);
    if (byId("costs")) drawCosts(line);
  }

  function drawExposure(exposure, times, line) {
    const stepped = uPlot.paths.stepped({ align: -1 });
    const share = (u, v) => percent(v);
    timePlot("exposure", 180, [times, exposure.long, exposure.short], [
      line("Long", "up", share, { width: 0.5, paths: stepped, fill: alpha(color("up"), 0.45) }),
      line("Short", "down", share, { width: 0.5, paths: stepped, fill: alpha(color("down"), 0.45) }),
    ], { scale: { range: (u, min, max) => [Math.min(0, min * 1.08), Math.max(max * 1.08, min < 0 ? 0 : 0.01)] }, format: percents }, zoomed);
  }

  function drawCosts(line) {
    const { fees, funding } = data.costs;
    const values = [data.equity.t, fees];
    const series = [line("Fees", "down", money)];
    if (funding.some((value) => value !== 0)) {
      values.push(funding, fees.map((value, i) => value + funding[i]));
      series.push(line("Funding", "accent", money), line("Together", "hold", money, { dash: [5, 4] }));
    }
    timePlot("costs", 200, values, series, { scale: { range: padded }, format: labels }, zoomed);
  }

  function setLogarithmic(next) {
    logarithmic = next;
    byId("linear").setAttribute("aria-pressed", String(!next));
    byId("logarithmic").setAttribute("aria-pressed", String(next));
    Plots.remove("equity", "drawdown");
    drawOverview();
  }

  byId("linear").addEventListener("click", () => setLogarithmic(false));
  byId("logarithmic").addEventListener("click", () => setLogarithmic(true));
  Object.assign(Report, { drawOverview, drawRisk });
})();
