// Tabs, themes, printing: what is drawn when. A chart is drawn when its tab is first seen, for it needs the width of its place.
"use strict";
(() => {
  const { byId, follow, themed, clear } = Plots;
  const tabs = [...document.querySelectorAll('[role="tab"]')];
  const draw = {
    overview: () => Report.drawOverview(),
    trading: () => Report.drawPrice(),
    risk: () => { Report.drawRisk(); Report.drawScatters(); },
  };
  const drawn = new Set();

  const panelOf = (tab) => byId(tab.getAttribute("aria-controls"));

  function drawOnce(name) {
    if (drawn.has(name)) return;
    drawn.add(name);
    draw[name]?.();
  }

  function openTab(name) {
    for (const tab of tabs) {
      const isOpen = tab.getAttribute("aria-controls") === name;
      tab.setAttribute("aria-selected", String(isOpen));
      tab.tabIndex = isOpen ? 0 : -1;
      panelOf(tab).hidden = !isOpen;
      if (isOpen) tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    drawOnce(name);
  }

  function drawAgain() {
    clear();
    const open = [...drawn];
    drawn.clear();
    for (const name of open) if (!byId(name).hidden) drawOnce(name);
  }

  function step(event) {
    const places = { ArrowRight: 1, ArrowLeft: -1 };
    const at = tabs.indexOf(event.target);
    const next = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : event.key in places ? (at + places[event.key] + tabs.length) % tabs.length : null;
    if (next === null) return;
    event.preventDefault();
    openTab(tabs[next].getAttribute("aria-controls"));
    tabs[next].focus();
  }

  // On paper everything stands below each other, in light colors.
  function print() {
    for (const tab of tabs) panelOf(tab).hidden = false;
    document.documentElement.dataset.theme = "light";
    drawAgain();
    for (const name of Object.keys(draw)) drawOnce(name);
  }

  let before = null;
  window.addEventListener("beforeprint", () => {
    before = { theme: document.documentElement.dataset.theme, tab: tabs.find((tab) => tab.getAttribute("aria-selected") === "true") };
    print();
  });
  window.addEventListener("afterprint", () => {
    if (!before) return;
    if (before.theme) document.documentElement.dataset.theme = before.theme;
    else delete document.documentElement.dataset.theme;
    drawAgain();
    openTab(before.tab.getAttribute("aria-controls"));
  });

  for (const tab of tabs) {
    tab.addEventListener("click", () => openTab(tab.getAttribute("aria-controls")));
    tab.addEventListener("keydown", step);
  }
  document.querySelector(".tabs").hidden = false;
  Object.assign(Report, { openTab });
  themed(drawAgain);
  follow(document.querySelector("main"), () => drawn.has("risk") && !byId("risk").hidden && Report.drawScatters());
  openTab("overview");
})();
