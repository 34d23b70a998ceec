// The list of trades: sorted by any column, filtered, in pages; a row leads to the chart and the chart back to the row.
"use strict";
(() => {
  const { byId, number, percent, cell } = Plots;
  const { data, trades, time, duration } = Report;
  const ROWS_A_PAGE = 100;

  const list = { column: null, descending: false, page: 0, shown: trades, chosen: null };
  const funded = trades.some((t) => t.funding !== 0);
  const tagged = new Set(trades.map((t) => t.tag)).size > 1;
  const several = data.symbols.length > 1;

  // heading, what is sorted by, what is shown, further classes
  const columns = [
    ["#", (t) => t.index, (t) => String(t.index + 1), "wide"],
    ...(several ? [["Symbol", (t) => data.symbols[t.symbol], (t) => data.symbols[t.symbol], "left wide"]] : []),
    ["Side", (t) => (t.long ? 1 : 0), (t) => (t.long ? "long" : "short"), "left"],
    ["Entry (UTC)", (t) => t.entry, (t) => time(t.entry), ""],
    ["Exit", (t) => t.exit, (t) => time(t.exit), "wide"],
    ["Held", (t) => t.held, (t) => duration(t.held), "wide"],
    ["Quantity", (t) => Number(t.qty), (t) => t.qty, "wide"],
    ["Entry price", (t) => Number(t.entryPrice), (t) => t.entryPrice, "wide"],
    ["Exit price", (t) => Number(t.exitPrice), (t) => t.exitPrice, "wide"],
    ...(funded ? [["Funding", (t) => t.funding, (t) => number(t.funding, 2), "wide"]] : []),
    ["Net " + data.currency, (t) => t.net, (t) => number(t.net, 2), "sign"],
    ["On equity", (t) => t.share ?? -Infinity, (t) => percent(t.share), "sign wide"],
    ["Reason", (t) => t.reason, (t) => t.reason.replaceAll("_", " ") + (t.ambiguous ? " *" : ""), "left"],
    ...(tagged ? [["Tag", (t) => t.tag, (t) => String(t.tag), "wide"]] : []),
  ];

  const filters = {
    result: (t, wanted) => (wanted === "win" ? t.net > 0 : t.net < 0),
    side: (t, wanted) => t.long === (wanted === "1"),
    reason: (t, wanted) => t.reason === wanted,
    tag: (t, wanted) => t.tag === Number(wanted),
    symbol: (t, wanted) => t.symbol === Number(wanted),
  };

  function select() {
    const wanted = Object.keys(filters).map((name) => [filters[name], byId(`filter-${name}`).value]).filter(([, value]) => value !== "");
    list.shown = trades.filter((t) => wanted.every(([keeps, value]) => keeps(t, value)));
    if (list.column !== null) {
      const key = columns[list.column][1];
      const order = list.descending ? -1 : 1;
      list.shown.sort((a, b) => {
        const [x, y] = [key(a), key(b)];
        return (x < y ? -1 : x > y ? 1 : a.index - b.index) * order;
      });
    }
    list.page = 0;
    draw();
  }

  function sortBy(index) {
    list.descending = list.column === index ? !list.descending : false;
    list.column = index;
    select();
    byId("trades").tHead.querySelectorAll("button")[index].focus();
  }

  function head() {
    const row = document.createElement("tr");
    columns.forEach(([title, , , classes], index) => {
      const isSorted = list.column === index;
      const th = cell("th", "", classes.replace("sign", ""));
      const button = cell("button", title + (isSorted ? (list.descending ? " ↓" : " ↑") : ""), "");
      button.type = "button";
      button.addEventListener("click", () => sortBy(index));
      if (isSorted) th.setAttribute("aria-sort", list.descending ? "descending" : "ascending");
      th.append(button);
      row.append(th);
    });
    return row;
  }

  function line(trade) {
    const row = document.createElement("tr");
    row.tabIndex = 0;
    row.dataset.trade = String(trade.index);
    if (trade === list.chosen) row.className = "chosen";
    const tone = trade.net > 0 ? "up" : trade.net < 0 ? "down" : "";
    for (const [, , text, classes] of columns) row.append(cell("td", text(trade), classes.replace("sign", tone)));
    const show = () => {
      choose(trade);
      Report.showTrade(trade);
    };
    row.addEventListener("click", show);
    row.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      show();
    });
    return row;
  }

  function draw() {
    const first = list.page * ROWS_A_PAGE;
    const body = document.createElement("tbody");
    body.append(...list.shown.slice(first, first + ROWS_A_PAGE).map(line));
    byId("trades").tHead.replaceChildren(head());
    byId("trades").tBodies[0].replaceWith(body);
    byId("trades-count").textContent = list.shown.length === trades.length ? number(trades.length, 0) : `${number(list.shown.length, 0)} of ${number(trades.length, 0)}`;
    drawPages();
  }

  function drawPages() {
    const last = Math.max(Math.ceil(list.shown.length / ROWS_A_PAGE) - 1, 0);
    const go = (text, label, page, enabled) => {
      const button = cell("button", text, "");
      button.type = "button";
      button.disabled = !enabled;
      button.setAttribute("aria-label", label);
      button.addEventListener("click", () => { list.page = page; draw(); });
      return button;
    };
    const where = cell("span", `Page ${list.page + 1} of ${last + 1}`, "muted");
    byId("pages").replaceChildren(go("‹‹", "First page", 0, list.page > 0), go("‹", "Page before", list.page - 1, list.page > 0), where,
      go("›", "Page after", list.page + 1, list.page < last), go("››", "Last page", last, list.page < last));
    byId("pages").hidden = last === 0;
  }

  function choose(trade) {
    list.chosen = trade;
    const place = list.shown.indexOf(trade);
    const page = Math.floor(place / ROWS_A_PAGE);
    if (place >= 0 && page !== list.page) {
      list.page = page;
      draw();
      return;
    }
    for (const row of byId("trades").tBodies[0].rows) row.classList.toggle("chosen", row.dataset.trade === String(trade.index));
  }

  function back() {
    const row = byId("trades").querySelector("tr.chosen") ?? byId("trades").tBodies[0].rows[0];
    byId("trades-panel").scrollIntoView({ block: "start" });
    row?.focus();
  }

  // A filter that every trade passes says nothing.
  function offer(name, values) {
    const place = byId(`filter-${name}`);
    for (const [value, text] of values) place.append(new Option(text, String(value)));
    place.hidden = values.length < 2;
  }

  function distinct(key) {
    return [...new Set(trades.map(key))].sort((a, b) => (a < b ? -1 : 1));
  }

  offer("reason", distinct((t) => t.reason).map((reason) => [reason, reason.replaceAll("_", " ")]));
  offer("tag", distinct((t) => t.tag).map((tag) => [tag, `Tag ${tag}`]));
  offer("symbol", distinct((t) => t.symbol).map((index) => [index, data.symbols[index]]));
  byId("filters").hidden = trades.length === 0;
  for (const name of Object.keys(filters)) byId(`filter-${name}`).addEventListener("change", select);
  byId("back").addEventListener("click", back);
  const notes = [];
  if (trades.length === 0) byId("trades-hint").textContent = "No position was closed.";
  if (trades.some((t) => t.ambiguous)) notes.push("* touched an ambiguous candle.");
  if (Report.tradesLeftOut > 0) notes.push(`${number(Report.tradesLeftOut, 0)} more are in trades.csv; the tables count all of them.`);
  if (notes.length > 0) byId("trades-hint").textContent += ` ${notes.join(" ")}`;
  if (trades.length > 0) draw();
  else byId("trades").hidden = byId("pages").hidden = true;
  Object.assign(Report, { choose, shownTrades: () => list.shown });
})();
