// A dot a trade: rings for winners, crosses for losers. A dot leads to its trade.
"use strict";
(() => {
  const { byId, color, number, percent } = Plots;
  const { data, trades, duration, time } = Report;
  const ROOM = { left: 58, right: 14, top: 12, bottom: 40 };
  const HEIGHT = 300;
  const NEAR = 12;

  // Round values over a range, about as many as asked for.
  function ticks(min, max, count) {
    const rough = (max - min) / count || 1;
    const size = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].find((n) => n * size >= rough) * size;
    const out = [];
    for (let value = Math.ceil(min / step) * step; value <= max + step / 1e6; value += step) out.push(Math.abs(value) < step / 1e6 ? 0 : value);
    return out;
  }

  // `lengthTicks`: powers that people have names for, as the axis is logarithmic.
  const LENGTHS = [60, 600, 3600, 6 * 3600, 86400, 7 * 86400, 30 * 86400, 365 * 86400];

  function range(values) {
    const [min, max] = values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [0, 0]);
    const room = (max - min) * 0.05 || 1e-4;
    return [min - room, max + room];
  }

  function scatter(id, plot) {
    const place = byId(id);
    if (trades.length === 0) return Plots.nothing(id, "No position was closed.");
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", plot.label);
    const tip = document.createElement("p");
    tip.className = "hint";
    tip.textContent = plot.hint;
    place.replaceChildren(canvas, tip);
    const width = Math.max(place.clientWidth, 200);
    const scale = window.devicePixelRatio || 1;
    Object.assign(canvas, { width: width * scale, height: HEIGHT * scale });
    Object.assign(canvas.style, { width: `${width}px`, height: `${HEIGHT}px` });
    const ink = canvas.getContext("2d");
    ink.scale(scale, scale);
    const inner = { width: width - ROOM.left - ROOM.right, height: HEIGHT - ROOM.top - ROOM.bottom };
    const x = (value) => ROOM.left + ((plot.xOf(value) - plot.x[0]) / (plot.x[1] - plot.x[0])) * inner.width;
    const y = (value) => ROOM.top + (1 - (value - plot.y[0]) / (plot.y[1] - plot.y[0])) * inner.height;
    axes(ink, plot, { x, y, width, inner });
    const dots = trades.map((t) => [x(plot.xValue(t)), y(plot.yValue(t)), t]);
    dots.forEach((dot) => sign(ink, dot));
    const nearest = (event) => {
      const box = canvas.getBoundingClientRect();
      const [px, py] = [event.clientX - box.left, event.clientY - box.top];
      const best = dots.reduce((best, dot) => {
        const distance = (dot[0] - px) ** 2 + (dot[1] - py) ** 2;
        return distance < best[0] ? [distance, dot[2]] : best;
      }, [NEAR ** 2, null]);
      return best[1];
    };
    canvas.addEventListener("mousemove", (event) => {
      const trade = nearest(event);
      canvas.style.cursor = trade ? "pointer" : "";
      tip.textContent = trade ? `#${trade.index + 1} ${trade.long ? "long" : "short"} ${time(trade.entry)}, ${duration(trade.held)}: net ${number(trade.net, 2)} ${data.currency}` : plot.hint;
    });
    canvas.addEventListener("click", (event) => {
      const trade = nearest(event);
      if (!trade) return;
      Report.choose(trade);
      Report.showTrade(trade);
    });
  }

  function axes(ink, plot, { x, y, width, inner }) {
    ink.font = "12px system-ui, sans-serif";
    ink.fillStyle = color("muted");
    ink.strokeStyle = color("line");
    ink.lineWidth = 1;
    const line = (x1, y1, x2, y2) => { ink.beginPath(); ink.moveTo(x1, y1); ink.lineTo(x2, y2); ink.stroke(); };
    ink.textAlign = "right";
    ink.textBaseline = "middle";
    for (const value of ticks(plot.y[0], plot.y[1], 5)) {
      line(ROOM.left, y(value), width - ROOM.right, y(value));
      ink.fillText(plot.yText(value), ROOM.left - 8, y(value));
    }
    ink.textAlign = "center";
    ink.textBaseline = "top";
    for (const value of plot.xTicks(inner.width)) {
      line(x(value), ROOM.top, x(value), ROOM.top + inner.height);
      ink.fillText(plot.xText(value), x(value), ROOM.top + inner.height + 6);
    }
    ink.fillText(plot.xTitle, ROOM.left + inner.width / 2, HEIGHT - 15);
    ink.strokeStyle = color("hold");
    if (plot.y[0] < 0 && plot.y[1] > 0) line(ROOM.left, y(0), width - ROOM.right, y(0));
  }

  function sign(ink, [px, py, trade]) {
    ink.strokeStyle = color(trade.net > 0 ? "up" : "down");
    ink.globalAlpha = 0.75;
    ink.lineWidth = 1.5;
    ink.beginPath();
    if (trade.net > 0) {
      ink.arc(px, py, 3.5, 0, 2 * Math.PI);
    } else {
      ink.moveTo(px - 3, py - 3); ink.lineTo(px + 3, py + 3);
      ink.moveTo(px - 3, py + 3); ink.lineTo(px + 3, py - 3);
    }
    ink.stroke();
    ink.globalAlpha = 1;
  }

  function lengths() {
    const logs = trades.map((t) => Math.log10(Math.max(t.held, 60)));
    const [min, max] = [logs.reduce((a, b) => Math.min(a, b), Infinity), logs.reduce((a, b) => Math.max(a, b), -Infinity)];
    return [min - 0.15, max + 0.15];
  }

  const small = (value) => {
    const text = number(value * 100, Math.abs(value) < 0.001 && value !== 0 ? 2 : Math.abs(value) < 0.02 && value !== 0 ? 1 : 0);
    return `${text} %`;
  };

  function drawScatters() {
    const span = lengths();
    scatter("scatter-duration", {
      label: "Duration of each trade against its result",
      hint: "Rings are winners, crosses losers. Choose one to see it in the chart.",
      x: span, y: range(trades.map((t) => t.share ?? 0)),
      xOf: (seconds) => Math.log10(Math.max(seconds, 60)), xValue: (t) => t.held, yValue: (t) => t.share ?? 0,
      xTicks: () => LENGTHS.filter((s) => Math.log10(s) >= span[0] && Math.log10(s) <= span[1]),
      xText: (s) => (s < 3600 ? `${s / 60}m` : s < 86400 ? `${s / 3600}h` : `${s / 86400}d`), xTitle: "held", yText: small,
    });
    const against = range(trades.map((t) => -t.mae));
    scatter("scatter-excursion", {
      label: "How far the price went against each trade and for it",
      hint: "Across: the worst price against the trade (MAE). Up: the best price for it (MFE). Losers far up gave back a gain; winners far right were lucky.",
      x: [0, against[1]], y: [0, range(trades.map((t) => t.mfe))[1]],
      xOf: (value) => value, xValue: (t) => -t.mae, yValue: (t) => t.mfe,
      xTicks: (width) => ticks(0, against[1], Math.max(width / 90, 2)), xText: (value) => (value === 0 ? "0" : small(-value)), xTitle: "against", yText: small,
    });
  }

  Object.assign(Report, { drawScatters });
})();
