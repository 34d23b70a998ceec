// What the page holds, unpacked: candles and plotted series from base64, trades from columns. Times are seconds since 1970 UTC.
"use strict";
const Report = {};
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);

  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

  // The next of the numbers that `packed.rs` wrote: seven bits a byte, the sign in the lowest bit.
  function reader(text) {
    const source = bytes(text);
    let at = 0;
    return () => {
      let value = 0;
      let weight = 1;
      for (;;) {
        const byte = source[at++];
        value += (byte & 0x7f) * weight;
        if (byte < 0x80) break;
        weight *= 128;
      }
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    };
  }

  function candles(packed) {
    const next = reader(packed.packed);
    const price = (units) => (units * packed.unit) / 1e8;
    const out = new Array(packed.count);
    let time = packed.start;
    let close = 0;
    for (let i = 0; i < packed.count; i++) {
      time += next() * packed.step;
      const open = close + next();
      close = open + next();
      const high = Math.max(open, close) + next();
      const low = Math.min(open, close) - next();
      out[i] = { time, open: price(open), high: price(high), low: price(low), close: price(close) };
    }
    return out;
  }

  // Points of a plotted series: the place of a candle and the value, null where the strategy had none.
  function points(plot) {
    const next = reader(plot.places);
    const values = bytes(plot.values);
    const view = new DataView(values.buffer);
    let place = 0;
    return Array.from({ length: plot.count }, (_, i) => {
      place += next();
      const value = view.getFloat32(4 * i, true);
      return [place, Number.isFinite(value) ? value : null];
    });
  }

  function once(make) {
    let made = null;
    return () => (made ??= make());
  }

  const charts = data.charts.map((chart) => ({
    ...chart,
    candles: once(() => candles(chart.main)),
    minutes: once(() => (chart.around ? candles(chart.around) : [])),
    plots: chart.plots.map((plot) => ({ ...plot, points: once(() => points(plot)) })),
  }));

  const columns = data.trades;
  const trades = columns.net.map((net, index) => ({
    index,
    net,
    symbol: columns.symbol[index],
    long: columns.long[index] === 1,
    entry: columns.entry[index],
    exit: columns.exit[index],
    held: columns.exit[index] - columns.entry[index],
    qty: columns.qty[index],
    entryPrice: columns.entry_price[index],
    exitPrice: columns.exit_price[index],
    funding: columns.funding[index],
    share: columns.share[index],
    mae: columns.mae[index],
    mfe: columns.mfe[index],
    stop: columns.stop[index],
    target: columns.target[index],
    reason: columns.reasons[columns.reason[index]],
    tag: columns.tag[index],
    ambiguous: columns.ambiguous[index] === 1,
  }));

  // Last place whose time is not after the given one; 0 before the first.
  function floorIndex(list, time) {
    let low = 0;
    let high = list.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (list[middle].time <= time) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  const time = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ");

  // `3d 4h`, `5h 10m`, `12m`: the two largest parts of a length of time.
  function duration(seconds) {
    const minutes = Math.round(seconds / 60);
    const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
    return days > 0 ? `${days}d ${hours}h` : hours > 0 ? `${hours}h ${rest}m` : `${rest}m`;
  }

  Object.assign(Report, { data, charts, trades, tradesLeftOut: columns.left_out, floorIndex, time, duration });
})();
