// What the strategy logged. Its text enters as text only, each in an element that keeps its reading direction to itself.
"use strict";
(() => {
  const { byId, number, cell } = Plots;
  const { data, time } = Report;
  const wanted = { "": () => true, error: (level) => level === "error", warn: (level) => level === "error" || level === "warn", alert: (level) => level === "alert" };

  function line([at, level, text]) {
    const row = document.createElement("tr");
    const said = cell("td", "", "wrap");
    said.append(cell("bdi", text, ""));
    row.append(cell("td", time(at), "mono"), cell("td", level, `level ${level}`), said);
    return row;
  }

  function draw() {
    const lines = data.log.lines.filter(([, level]) => wanted[byId("log-level").value](level));
    byId("log-lines").tBodies[0].replaceChildren(...lines.map(line));
    const all = data.log.lines.length + data.log.left_out;
    byId("log-count").textContent = lines.length === all ? number(all, 0) : `${number(lines.length, 0)} of ${number(all, 0)}`;
  }

  byId("log-level").hidden = data.log.lines.length === 0;
  byId("log-level").addEventListener("change", draw);
  byId("log-hint").textContent = data.log.lines.length === 0 ? "The strategy logged nothing."
    : data.log.left_out > 0 ? `${number(data.log.left_out, 0)} less important lines are only in strategy.log.` : "Times in UTC.";
  draw();
})();
