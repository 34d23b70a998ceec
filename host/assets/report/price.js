// The price chart: candles of the whole period or minutes around the fills, trades, the strategy's own series and signs.
"use strict";
(() => {
  const { byId, color, alpha, number, percent } = Plots;
  const { data, charts, trades, floorIndex, time, duration } = Report;
  const PLOT_COLORS = ["#e8912d", "#8e5bd6", "#1aa3b8", "#c94f8c", "#7a9a2a", "#5577dd"];
  const CANDLES_AT_FIRST = 240;
  // A trade of fewer long candles than this is shown in minutes, where there are some.
  const FEW_CANDLES = 24;
  const MARKER_SHAPES = { up: ["arrowUp", "belowBar"], down: ["arrowDown", "aboveBar"], circle: ["circle", "aboveBar"], square: ["square", "aboveBar"], text: ["square", "aboveBar"] };

  let symbol = 0;
  let inMinutes = false;
  let chosen = null;
  let drawn = null;

  // The place of the candle a moment lies in; null where the minutes around it are left out.
  function placeOf(bars, step, seconds) {
    const place = floorIndex(bars, seconds);
    const found = bars[place];
    return found && seconds >= found.time && seconds < found.time + Math.max(step, 60) ? place : null;
  }

  const source = () => charts[symbol];
  const bars = () => (inMinutes ? source().minutes() : source().candles());
  const step = () => (inMinutes ? source().around.step : source().main.step);

  function tradeMarkers() {
    const markers = [];
    const list = bars();
    const add = (seconds, marker) => {
      // Long candles may miss a gap in the data; the one before stands for it. Minutes that are left out have no sign.
      const place = inMinutes ? placeOf(list, step(), seconds) : floorIndex(list, seconds);
      if (place !== null && list.length > 0) markers.push({ time: list[place].time, ...marker });
    };
    for (const t of trades) {
      if (t.symbol !== source().symbol) continue;
      const [under, over] = t.long ? ["belowBar", "aboveBar"] : ["aboveBar", "belowBar"];
      add(t.entry, { color: color("accent"), shape: t.long ? "arrowUp" : "arrowDown", position: under });
      if (t.reason === "liquidation") add(t.exit, { color: color("warn"), shape: "square", text: "liquidation", position: under });
      else if (t.net >= 0) add(t.exit, { color: color("up"), shape: "circle", size: 0.7, position: over });
      else add(t.exit, { color: color("down"), shape: "square", size: 0.7, position: over });
    }
    if (symbol === 0) {
      for (const [at, kind, text] of data.marks) {
        const [shape, position] = MARKER_SHAPES[kind];
        add(at, { color: color("muted"), shape, position, text });
      }
    }
    return markers.sort((a, b) => a.time - b.time);
  }

  // Points of a plotted series at the times of the bars shown. What is known at a close stands at the last bar of that candle.
  function plotPoints(plot) {
    const long = source().candles();
    const shown = bars();
    const out = [];
    for (const [place, value] of plot.points()) {
      if (place >= long.length) continue;
      let at = long[place].time;
      if (inMinutes) {
        const found = placeOf(shown, step(), at + source().main.step - step());
        if (found === null) continue;
        at = shown[found].time;
      }
      out.push(value === null ? { time: at } : { time: at, value });
    }
    return out;
  }

  function addPlots(chart, legend) {
    const panes = new Map();
    source().plots.forEach((plot, index) => {
      const stroke = PLOT_COLORS[index % PLOT_COLORS.length];
      const kind = plot.style === "histogram" ? LightweightCharts.HistogramSeries : LightweightCharts.LineSeries;
      const options = { color: stroke, lineWidth: 1.5, priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false };
      if (plot.style === "step") options.lineType = LightweightCharts.LineType.WithSteps;
      if (plot.style === "dots") Object.assign(options, { lineVisible: false, pointMarkersVisible: true, pointMarkersRadius: 2 });
      const pane = plot.pane === "price" ? 0 : (panes.get(plot.name) ?? panes.size + 1);
      if (pane > 0) panes.set(plot.name, pane);
      chart.addSeries(kind, options, pane).setData(plotPoints(plot));
      legend.push([plot.name, stroke, "line"]);
    });
    for (const pane of panes.values()) chart.panes()[pane]?.setHeight(90);
    byId("price").style.height = panes.size > 0 ? `${Math.min(460 + 70 * panes.size, 900)}px` : "";
  }

  function create() {
    const grid = { color: alpha(color("line"), 0.6) };
    return LightweightCharts.createChart(byId("price"), {
      autoSize: true,
      layout: { background: { color: color("surface") }, textColor: color("muted"), fontSize: 12, panes: { separatorColor: color("line") } },
      grid: { vertLines: grid, horzLines: grid },
      rightPriceScale: { borderColor: color("line") },
      timeScale: { borderColor: color("line"), timeVisible: true, secondsVisible: false, minBarSpacing: 0.02 },
      crosshair: { mode: LightweightCharts.CrosshairMode.Normal },
      handleScroll: { vertTouchDrag: false },
    });
  }

  function draw() {
    const chart = create();
    drawn?.chart.remove();
    const { decimals } = source();
    const candles = chart.addSeries(LightweightCharts.CandlestickSeries, {
      upColor: color("up"), downColor: color("down"), wickUpColor: color("up"), wickDownColor: color("down"), borderVisible: false,
      priceLineVisible: false, lastValueVisible: false, priceFormat: { type: "price", precision: decimals, minMove: 10 ** -decimals },
    });
    candles.setData(bars());
    LightweightCharts.createSeriesMarkers(candles, tradeMarkers(), { autoScale: false });
    const legend = [["entry (arrow)", color("accent"), "entry"], ["exit with profit (dot)", color("up"), "dot"], ["exit with loss (square)", color("down"), "square"]];
    if (trades.some((t) => t.reason === "liquidation")) legend.push(["liquidation", color("warn"), "square"]);
    if (trades.some((t) => t.stop !== null)) legend.push(["stop at entry", color("down"), "dotted"]);
    if (trades.some((t) => t.target !== null)) legend.push(["target at entry", color("up"), "dotted"]);
    addPlots(chart, legend);
    const line = (options) => chart.addSeries(LightweightCharts.LineSeries, { lineWidth: 2, lineStyle: LightweightCharts.LineStyle.Dashed, priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false, ...options });
    const way = line({ color: color("accent") });
    const stop = line({ color: color("down"), lineWidth: 1.5, lineStyle: LightweightCharts.LineStyle.Dotted });
    const target = line({ color: color("up"), lineWidth: 1.5, lineStyle: LightweightCharts.LineStyle.Dotted });
    drawn = { chart, way, stop, target };
    byId("timeframe").textContent = `${source().name}, ${inMinutes ? source().around.timeframe : source().main.timeframe}`;
    byId("shown").textContent = source().said + (inMinutes ? " What lies between is left out here." : "");
    for (const [id, on] of [["longer", !inMinutes], ["shorter", inMinutes]]) byId(id).setAttribute("aria-pressed", String(on));
    byId("resolution").hidden = !source().around;
    byId("longer").textContent = source().main.timeframe;
    byId("shorter").textContent = source().around?.timeframe ?? "";
    writeLegend(legend);
    if (chosen) focusTrade();
    else lookAtFirst();
  }

  function writeLegend(legend) {
    byId("legend").replaceChildren(...legend.map(([text, stroke, shape]) => {
      const item = document.createElement("span");
      const sign = document.createElement("i");
      sign.className = shape;
      sign.style.color = stroke;
      const name = document.createElement("bdi");
      name.textContent = text;
      item.append(sign, name);
      return item;
    }));
  }

  // The first trade, with a fifth of the view before it.
  function lookAtFirst() {
    const first = trades.find((t) => t.symbol === source().symbol);
    if (!first) return drawn.chart.timeScale().fitContent();
    const from = floorIndex(bars(), first.entry) - CANDLES_AT_FIRST / 5;
    drawn.chart.timeScale().setVisibleLogicalRange({ from, to: from + CANDLES_AT_FIRST });
  }

  // The way from entry to exit, stop and target while it was open, and a view of them.
  function focusTrade() {
    const list = bars();
    const [from, to] = [floorIndex(list, chosen.entry), floorIndex(list, chosen.exit)];
    // Minutes that were left out have no place to draw it at.
    const isThere = !inMinutes || [chosen.entry, chosen.exit].every((at) => placeOf(list, step(), at) !== null);
    byId("chosen").textContent = describe(chosen);
    if (!isThere) return [drawn.way, drawn.stop, drawn.target].forEach((line) => line.setData([]));
    const ends = (first, last) => {
      const points = [{ time: list[from].time, value: first }];
      if (to > from) points.push({ time: list[to].time, value: last });
      return points;
    };
    drawn.way.setData(ends(Number(chosen.entryPrice), Number(chosen.exitPrice)));
    drawn.stop.setData(chosen.stop === null ? [] : ends(chosen.stop, chosen.stop));
    drawn.target.setData(chosen.target === null ? [] : ends(chosen.target, chosen.target));
    const margin = Math.max(30, Math.round((to - from) * 0.6));
    drawn.chart.timeScale().setVisibleLogicalRange({ from: from - margin, to: to + margin });
  }

  function describe(t) {
    const price = (value) => (value === null ? "-" : String(value));
    return `#${t.index + 1} ${t.long ? "long" : "short"} ${t.qty}: ${time(t.entry)} at ${t.entryPrice} → ${time(t.exit)} at ${t.exitPrice} (${t.reason}), ` +
      `${duration(t.held)}, net ${number(t.net, 2)} ${data.currency} (${percent(t.share)} of equity). Stop ${price(t.stop)}, target ${price(t.target)}, against ${percent(t.mae)}, for ${percent(t.mfe)}.`;
  }

  function showTrade(trade, options = {}) {
    const index = charts.findIndex((chart) => chart.symbol === trade.symbol);
    if (index < 0) return;
    chosen = trade;
    const chart = charts[index];
    const isShort = trade.held / chart.main.step < FEW_CANDLES;
    const minutes = options.minutes ?? Boolean(chart.around && isShort && placeOf(chart.minutes(), chart.around.step, trade.entry) !== null);
    const changes = index !== symbol || minutes !== inMinutes;
    [symbol, inMinutes] = [index, minutes];
    byId("symbol").value = String(index);
    Report.openTab("trading");
    if (changes || !drawn) draw();
    else focusTrade();
    byId("back").hidden = false;
    byId("price-panel").scrollIntoView({ block: "start" });
    byId("back").focus({ preventScroll: true });
  }

  function showRange(from, to) {
    if (!drawn) return;
    const list = bars();
    drawn.chart.timeScale().setVisibleLogicalRange({ from: floorIndex(list, from), to: floorIndex(list, to) + 1 });
  }

  function neighbor(distance) {
    const list = Report.shownTrades();
    if (list.length === 0) return;
    const at = chosen ? list.indexOf(chosen) : -1;
    const next = at < 0 ? (distance > 0 ? 0 : list.length - 1) : Math.min(Math.max(at + distance, 0), list.length - 1);
    Report.choose(list[next]);
    showTrade(list[next]);
  }

  function setMinutes(next) {
    if (next === inMinutes) return;
    inMinutes = next;
    draw();
  }

  byId("all").addEventListener("click", () => drawn?.chart.timeScale().fitContent());
  byId("previous").addEventListener("click", () => neighbor(-1));
  byId("next").addEventListener("click", () => neighbor(1));
  byId("longer").addEventListener("click", () => setMinutes(false));
  byId("shorter").addEventListener("click", () => setMinutes(true));
  byId("symbol").addEventListener("change", (event) => {
    [symbol, inMinutes, chosen] = [Number(event.target.value), false, null];
    byId("chosen").textContent = "";
    draw();
  });
  if (charts.length > 1) {
    charts.forEach((chart, index) => byId("symbol").append(new Option(chart.name, String(index))));
    byId("symbol").hidden = false;
  }
  const hasCandles = charts.some((chart) => chart.main.count > 0);
  byId("price-panel").hidden = !hasCandles;
  if (trades.length === 0) byId("previous").hidden = byId("next").hidden = true;
  Object.assign(Report, { drawPrice: () => hasCandles && draw(), showTrade, showRange, visibleRange: () => drawn?.chart.timeScale().getVisibleRange() });
})();
