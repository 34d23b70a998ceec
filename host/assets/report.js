// Charts and the trade list of a report. The data is inlined as JSON; text of strangers only ever enters through textContent
// or a canvas. Times are seconds since 1970 UTC.
"use strict";
(() => {
  const { byId, color, number, percent, alpha, logTicks, timePlot, clear, follow, themed, padded } = Plots;
  const data = JSON.parse(byId("data").textContent);
  const PLOT_COLORS = ["#e8912d", "#8e5bd6", "#1aa3b8", "#c94f8c", "#7a9a2a", "#5577dd"];
  const ROWS_A_STEP = 200;
  const CANDLES_AT_FIRST = 240;

  const signClass = (value) => (value > 0 ? "up" : value < 0 ? "down" : "");
  const time = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ");

  function holding(seconds) {
    const minutes = Math.round(seconds / 60);
    const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
    return days > 0 ? `${days}d ${hours}h` : hours > 0 ? `${hours}h ${rest}m` : `${rest}m`;
  }

  // Last index whose time is not after the given one; 0 before the first.
  function floorIndex(times, t) {
    let low = 0;
    let high = times.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (times[middle] <= t) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  // ---- equity and drawdown -------------------------------------------------------------------------------------------

  let scale = 1;

  function drawEquity() {
    clear();
    const e = data.equity;
    const money = (u, value) => (value == null ? "-" : `${number(value, 2)} ${data.currency}`);
    const series = [{ label: "Strategy", stroke: color("accent"), width: 2, fill: scale === 1 ? alpha(color("accent"), 0.07) : undefined, value: money }];
    const values = [e.t, e.v];
    if (e.hold) {
      series.push({ label: "Buy and hold", stroke: color("hold"), width: 1.5, dash: [5, 4], value: money });
      values.push(e.hold);
    }
    const positive = e.v.concat(e.hold || []).every((value) => value > 0);
    byId("log").disabled = !positive;
    timePlot("equity", 320, values, series, {
      scale: scale === 3 ? { distr: 3, range: (u, min, max) => [min * 0.95, max * 1.05] } : { range: padded },
      axis: scale === 3 ? { splits: (u, index, min, max) => logTicks(min, max), filter: (u, ticks) => ticks } : {},
      format: (u, ticks) => ticks.map((v) => (v == null ? "" : number(v, 0))),
    }, showRange);
    timePlot("drawdown", 150, [e.t, e.dd], [
      { label: "Drawdown", stroke: color("down"), width: 1.5, fill: alpha(color("down"), 0.16), value: (u, v) => percent(v) },
    ], {
      scale: { range: (u, min) => [Math.min(min * 1.08, -0.01), 0] },
      format: (u, ticks) => ticks.map((v) => number(v * 100, Math.abs(u.scales.y.min) < 0.05 ? 1 : 0) + " %"),
    }, showRange);
    if (byId("costs")) drawCosts(money);
  }

  // Fees and funding added up over the same moments.
  function drawCosts(money) {
    const { fees, funding } = data.costs;
    const line = (label, stroke) => ({ label, stroke: color(stroke), width: 1.75, value: money });
    const values = [data.equity.t, fees];
    const series = [line("Fees", "down")];
    if (funding.some((value) => value !== 0)) {
      values.push(funding, fees.map((value, i) => value + funding[i]));
      series.push(line("Funding", "accent"), { ...line("Together", "hold"), dash: [5, 4] });
    }
    const digits = (u) => (Math.abs(u.scales.y.max - u.scales.y.min) < 10 ? 1 : 0);
    timePlot("costs", 200, values, series, {
      scale: { range: padded },
      format: (u, ticks) => ticks.map((v) => number(v, digits(u))),
    }, showRange);
  }

  function setScale(next) {
    scale = next;
    byId("linear").setAttribute("aria-pressed", String(next === 1));
    byId("log").setAttribute("aria-pressed", String(next === 3));
    drawEquity();
  }

  // ---- price and trades ----------------------------------------------------------------------------------------------

  let shown = 0;
  let price = null;

  // What a chart shows of its trades; a trade is an array, see `trade_rows` in report.rs.
  const [SYMBOL, LONG, ENTRY, EXIT, QTY, ENTRY_PRICE, EXIT_PRICE, NET, SHARE, REASON, TAG, AMBIGUOUS, FUNDING] = [...Array(13).keys()];

  function tradeMarkers(chart) {
    const markers = [];
    for (const t of data.trades) {
      if (t[SYMBOL] !== chart.symbol) continue;
      const at = (seconds) => chart.t[floorIndex(chart.t, seconds)];
      const entry = t[LONG] ? { position: "belowBar", shape: "arrowUp" } : { position: "aboveBar", shape: "arrowDown" };
      markers.push({ time: at(t[ENTRY]), color: color("accent"), ...entry });
      if (t[REASON] === "liquidation") {
        markers.push({ time: at(t[EXIT]), color: color("warn"), shape: "square", text: "liquidation", position: t[LONG] ? "belowBar" : "aboveBar" });
        continue;
      }
      markers.push({ time: at(t[EXIT]), color: color(t[NET] >= 0 ? "up" : "down"), shape: "circle", size: 0.7, position: t[LONG] ? "aboveBar" : "belowBar" });
    }
    const shapes = { up: ["arrowUp", "belowBar"], down: ["arrowDown", "aboveBar"], circle: ["circle", "aboveBar"], square: ["square", "aboveBar"], text: ["square", "aboveBar"] };
    if (chart.symbol === 0) {
      for (const [t, kind, text] of data.marks) {
        const [shape, position] = shapes[kind];
        markers.push({ time: chart.t[floorIndex(chart.t, t)], color: color("muted"), shape, position, text });
      }
    }
    return markers.sort((a, b) => a.time - b.time);
  }

  function addPlots(target, chart, legend) {
    const panes = new Map();
    (chart.plots || []).forEach((plot, index) => {
      const stroke = PLOT_COLORS[index % PLOT_COLORS.length];
      const points = [];
      plot.v.forEach((value, i) => points.push(value === null ? { time: chart.t[i] } : { time: chart.t[i], value }));
      const kind = plot.style === "histogram" ? LightweightCharts.HistogramSeries : LightweightCharts.LineSeries;
      const options = { color: stroke, lineWidth: 1.5, priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false };
      if (plot.style === "step") options.lineType = LightweightCharts.LineType.WithSteps;
      if (plot.style === "dots") Object.assign(options, { lineVisible: false, pointMarkersVisible: true, pointMarkersRadius: 2 });
      const pane = plot.pane === "price" ? 0 : (panes.get(plot.name) ?? panes.size + 1);
      if (pane > 0) panes.set(plot.name, pane);
      target.addSeries(kind, options, pane).setData(points);
      legend.push([plot.name, stroke]);
    });
    for (const pane of panes.values()) target.panes()[pane]?.setHeight(90);
  }

  function drawPrice() {
    if (price) price.chart.remove();
    const source = data.charts[shown];
    const grid = { color: alpha(color("line"), 0.6) };
    const chart = LightweightCharts.createChart(byId("price"), {
      autoSize: true,
      layout: { background: { color: color("surface") }, textColor: color("muted"), fontSize: 12, panes: { separatorColor: color("line") } },
      grid: { vertLines: grid, horzLines: grid },
      rightPriceScale: { borderColor: color("line") },
      timeScale: { borderColor: color("line"), timeVisible: true, secondsVisible: false, minBarSpacing: 0.05 },
      crosshair: { mode: LightweightCharts.CrosshairMode.Normal },
      handleScroll: { vertTouchDrag: false },
    });
    const candles = chart.addSeries(LightweightCharts.CandlestickSeries, {
      upColor: color("up"), downColor: color("down"), wickUpColor: color("up"), wickDownColor: color("down"), borderVisible: false,
      priceLineVisible: false, priceFormat: { type: "price", precision: source.decimals, minMove: 10 ** -source.decimals },
    });
    candles.setData(source.t.map((t, i) => ({ time: t, open: source.o[i], high: source.h[i], low: source.l[i], close: source.c[i] })));
    LightweightCharts.createSeriesMarkers(candles, tradeMarkers(source), { autoScale: false });
    const legend = [["entry", color("accent")], ["exit with profit", color("up")], ["exit with loss", color("down")]];
    if (data.trades.some((t) => t[REASON] === "liquidation")) legend.push(["liquidation", color("warn")]);
    addPlots(chart, source, legend);
    const path = chart.addSeries(LightweightCharts.LineSeries, { color: color("accent"), lineWidth: 2, lineStyle: LightweightCharts.LineStyle.Dashed, priceLineVisible: false, lastValueVisible: false });
    price = { chart, path, source };
    const first = data.trades.find((t) => t[SYMBOL] === source.symbol);
    if (first) {
      // The first trade, with a fifth of the view before it.
      const from = floorIndex(source.t, first[ENTRY]) - CANDLES_AT_FIRST / 5;
      chart.timeScale().setVisibleLogicalRange({ from, to: from + CANDLES_AT_FIRST });
    } else {
      chart.timeScale().fitContent();
    }
    byId("timeframe").textContent = `${source.name} ${source.timeframe}`;
    const place = byId("legend");
    place.replaceChildren();
    for (const [text, stroke] of legend) {
      const box = document.createElement("i");
      box.style.background = stroke;
      place.append(box, document.createTextNode(text));
    }
  }

  function showRange(from, to) {
    if (!price) return;
    const t = price.source.t;
    price.chart.timeScale().setVisibleLogicalRange({ from: floorIndex(t, from), to: floorIndex(t, to) + 1 });
  }

  function showTrade(trade) {
    const index = data.charts.findIndex((chart) => chart.symbol === trade[SYMBOL]);
    if (index < 0) return;
    if (index !== shown) {
      shown = index;
      byId("symbol").value = String(index);
      drawPrice();
    }
    const t = price.source.t;
    const [from, to] = [floorIndex(t, trade[ENTRY]), floorIndex(t, trade[EXIT])];
    const points = [{ time: t[from], value: Number(trade[ENTRY_PRICE]) }];
    if (to > from) points.push({ time: t[to], value: Number(trade[EXIT_PRICE]) });
    price.path.setData(points);
    const margin = Math.max(30, (to - from) * 2);
    price.chart.timeScale().setVisibleLogicalRange({ from: from - margin, to: to + margin });
    byId("price-panel").scrollIntoView({ behavior: "smooth", block: "start" });
  }

  // ---- trade list ----------------------------------------------------------------------------------------------------

  const list = { filter: "all", column: null, descending: false, rows: ROWS_A_STEP };
  const funded = data.trades.some((t) => t[FUNDING] !== 0);
  const several = data.symbols.length > 1;
  // heading, what is sorted by, what is shown, further classes
  const columns = [
    ["#", (t, i) => i, (t, i) => String(i + 1), ""],
    ...(several ? [["Symbol", (t) => data.symbols[t[SYMBOL]], (t) => data.symbols[t[SYMBOL]], "left"]] : []),
    ["Direction", (t) => t[LONG], (t) => (t[LONG] ? "long" : "short"), "left"],
    ["Entry", (t) => t[ENTRY], (t) => time(t[ENTRY]), ""],
    ["Exit", (t) => t[EXIT], (t) => time(t[EXIT]), "wide"],
    ["Held", (t) => t[EXIT] - t[ENTRY], (t) => holding(t[EXIT] - t[ENTRY]), "wide"],
    ["Quantity", (t) => Number(t[QTY]), (t) => t[QTY], "wide"],
    ["Entry price", (t) => Number(t[ENTRY_PRICE]), (t) => t[ENTRY_PRICE], "wide"],
    ["Exit price", (t) => Number(t[EXIT_PRICE]), (t) => t[EXIT_PRICE], "wide"],
    ...(funded ? [["Funding", (t) => t[FUNDING], (t) => number(t[FUNDING], 2), "wide"]] : []),
    ["Net " + data.currency, (t) => t[NET], (t) => number(t[NET], 2), "sign"],
    ["On equity", (t) => t[SHARE] ?? 0, (t) => percent(t[SHARE]), "sign"],
    ["Exit reason", (t) => t[REASON], (t) => t[REASON] + (t[AMBIGUOUS] ? " *" : ""), "left"],
    ...(data.tags ? [["Tag", (t) => t[TAG], (t) => String(t[TAG]), "wide"]] : []),
  ];

  function cell(kind, text, classes) {
    const element = document.createElement(kind);
    element.textContent = text;
    if (classes) element.className = classes;
    return element;
  }

  function drawTrades() {
    const keep = { all: () => true, win: (t) => t[NET] > 0, loss: (t) => t[NET] < 0 }[list.filter];
    let rows = data.trades.map((t, i) => [t, i]).filter(([t]) => keep(t));
    if (list.column !== null) {
      const key = columns[list.column][1];
      const order = list.descending ? -1 : 1;
      rows.sort((a, b) => {
        const [x, y] = [key(...a), key(...b)];
        return (x < y ? -1 : x > y ? 1 : a[1] - b[1]) * order;
      });
    }
    const head = document.createElement("tr");
    columns.forEach(([title, , , classes], index) => {
      const arrow = list.column === index ? (list.descending ? " ↓" : " ↑") : "";
      const th = cell("th", title + arrow, classes.replace("sign", ""));
      th.addEventListener("click", () => {
        list.descending = list.column === index ? !list.descending : false;
        list.column = index;
        drawTrades();
      });
      head.append(th);
    });
    const body = document.createElement("tbody");
    for (const [trade, index] of rows.slice(0, list.rows)) {
      const row = document.createElement("tr");
      row.tabIndex = 0;
      for (const [, , text, classes] of columns) {
        row.append(cell("td", text(trade, index), classes.replace("sign", signClass(trade[NET]))));
      }
      const choose = () => {
        body.querySelector(".chosen")?.classList.remove("chosen");
        row.classList.add("chosen");
        showTrade(trade);
      };
      row.addEventListener("click", choose);
      row.addEventListener("keydown", (event) => event.key === "Enter" && choose());
      body.append(row);
    }
    byId("trades").tHead.replaceChildren(head);
    byId("trades").tBodies[0].replaceWith(body);
    byId("more").hidden = rows.length <= list.rows;
    byId("more").textContent = `Show more (${number(rows.length - list.rows, 0)})`;
  }

  // ---- the page ------------------------------------------------------------------------------------------------------

  function drawCharts() {
    drawEquity();
    if (data.charts.length > 0) drawPrice();
  }

  function setUp() {
    byId("linear").addEventListener("click", () => setScale(1));
    byId("log").addEventListener("click", () => setScale(3));
    byId("all").addEventListener("click", () => price && price.chart.timeScale().fitContent());
    byId("more").addEventListener("click", () => { list.rows += 5 * ROWS_A_STEP; drawTrades(); });
    themed(drawCharts);
    for (const button of byId("filter").children) {
      button.addEventListener("click", () => {
        list.filter = button.dataset.filter;
        for (const other of byId("filter").children) other.setAttribute("aria-pressed", String(other === button));
        drawTrades();
      });
    }
    if (data.charts.length === 0) byId("price-panel").hidden = true;
    if (data.charts.length > 1) {
      data.charts.forEach((chart, index) => byId("symbol").append(new Option(chart.name, String(index))));
      byId("symbol").hidden = false;
      byId("symbol").addEventListener("change", (event) => { shown = Number(event.target.value); drawPrice(); });
    }
    if (data.trades.some((t) => t[AMBIGUOUS])) byId("trades-hint").textContent += " * touched an ambiguous candle.";
    if (data.trades.length === 0) byId("trades-hint").textContent = "No position was closed.";
    follow(document.querySelector("main"));
    drawTrades();
    drawCharts();
  }

  setUp();
})();
