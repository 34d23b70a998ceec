// The report in Debian's Chromium, from a file, at a desk and on a phone: opens quickly, asks for nothing, complains of nothing; tabs,
// zoom, scales and the way from a trade to the chart and back work.
//
//   BROWSER_MODULES=<folder with node_modules/puppeteer-core> node tests/browser/report.mjs [--shots FOLDER] REPORT...
//
// Prints one line a check; ends with 1 if one failed.
import { createRequire } from "node:module";
import { mkdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import process from "node:process";

const modules = process.env.BROWSER_MODULES ?? ".";
const puppeteer = createRequire(join(resolve(modules), "here.js"))("puppeteer-core");
const SOON_MS = 2_000;
// Beyond this it is broken, however busy the machine is.
const FAR_TOO_LATE_MS = 15_000;
const TABS = ["overview", "trading", "risk", "groups", "log", "run"];
const DESK = { width: 1440, height: 900, deviceScaleFactor: 1 };
const PHONE = { width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

const words = process.argv.slice(2);
const shotsAt = words.indexOf("--shots");
const shots = shotsAt >= 0 ? words.splice(shotsAt, 2)[1] : null;
if (words.length === 0) {
  console.error("no report to look at: node tests/browser/report.mjs REPORT...");
  process.exit(2);
}
if (shots) mkdirSync(shots, { recursive: true });

let failures = 0;
function check(name, passed, seen = "") {
  if (!passed) failures += 1;
  console.log(`${passed ? "ok  " : "FAIL"} ${name}${seen === "" ? "" : `: ${seen}`}`);
}

const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

async function open(browser, file, viewport, scheme) {
  const page = await browser.newPage();
  const seen = { complaints: [], requests: [] };
  page.on("console", (message) => ["error", "warn", "warning"].includes(message.type()) && seen.complaints.push(message.text()));
  page.on("pageerror", (error) => seen.complaints.push(error.message));
  page.on("request", (request) => seen.requests.push(request.url()));
  await page.setViewport(viewport);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  const before = performance.now();
  await page.goto(`file://${file}`, { waitUntil: "load" });
  await page.waitForFunction(() => document.querySelector("#overview:not([hidden])"));
  await settled(page);
  return { page, seen, milliseconds: Math.round(performance.now() - before) };
}

async function everyTab(page, name, shot) {
  for (const tab of TABS) {
    await page.click(`#tab-${{ trading: "trades" }[tab] ?? tab}`);
    await settled(page);
    const { wide, shown, odd } = await page.evaluate((tab) => ({
      wide: document.documentElement.scrollWidth - window.innerWidth,
      shown: [...document.querySelectorAll(".tab")].filter((panel) => !panel.hidden).map((panel) => panel.id),
      odd: document.body.innerText.match(/.{0,30}\b(undefined|NaN|Infinity|null)\b.{0,30}/g) ?? [],
    }), tab);
    check(`${name}, ${tab}: shown alone`, shown.length === 1 && shown[0] === tab, shown.join());
    check(`${name}, ${tab}: nothing beyond the screen`, wide <= 0, `${wide} px`);
    check(`${name}, ${tab}: no value that is none`, odd.length === 0, odd.slice(0, 3).join(" | "));
    if (shot) await page.screenshot({ path: join(shots, `${shot}-${tab}.png`), fullPage: true });
  }
  await page.click("#tab-overview");
}

async function scales(page) {
  const canLog = await page.$eval("#logarithmic", (button) => !button.disabled);
  const pressed = () => page.evaluate(() => ["linear", "logarithmic"].map((id) => document.getElementById(id).getAttribute("aria-pressed")).join());
  check("scale: linear at first", (await pressed()) === "true,false");
  if (!canLog) return console.log("     scale: equity reached zero, no logarithm");
  await page.click("#logarithmic");
  check("scale: logarithmic", (await pressed()) === "false,true");
  check("scale: one chart in its place", (await page.$$eval("#equity .uplot", (plots) => plots.length)) === 1);
  await page.click("#linear");
  check("scale: linear again", (await pressed()) === "true,false");
}

// Drags over the middle of the equity curve; the first and the last label of the axis of time must change, and a double click undoes it.
async function zoom(page) {
  await page.$eval("#equity", (place) => place.scrollIntoView({ block: "center" }));
  await settled(page);
  const box = await (await page.$("#equity .u-over")).boundingBox();
  const range = () => page.evaluate(() => Plots.range("equity").join());
  const whole = await range();
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  await settled(page);
  const zoomed = await range();
  check("zoom: a marked stretch fills the chart", zoomed !== whole, `${whole} to ${zoomed}`);
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2, { clickCount: 2 });
  await settled(page);
  check("zoom: a double click shows everything", (await range()) === whole);
}

// What was packed into the page is candles again.
async function candles(page) {
  const wrong = await page.evaluate(() => Report.charts.flatMap((chart) => [chart.candles(), chart.minutes()].flatMap((list) =>
    list.filter((c, at) => !(c.low > 0 && c.low <= Math.min(c.open, c.close) && c.high >= Math.max(c.open, c.close) && (at === 0 || list[at - 1].time < c.time))))));
  const count = await page.evaluate(() => Report.charts.map((chart) => `${chart.candles().length} + ${chart.minutes().length}`).join(", "));
  check("candles: whole and in order", wrong.length === 0, wrong.length === 0 ? count : JSON.stringify(wrong[0]));
}

async function jump(page) {
  await page.click("#tab-trades");
  await settled(page);
  const rows = await page.$$eval("#trades tbody tr", (rows) => rows.length);
  if (rows === 0) return check("jump: without trades the page says so", await page.$eval("#trades-hint", (hint) => hint.textContent.includes("No position was closed")));
  if (await page.$eval("#price-panel", (panel) => panel.hidden)) return console.log("     jump: no candles, no chart to jump to");
  const row = Math.min(3, rows);
  await page.focus(`#trades tbody tr:nth-child(${row})`);
  await page.keyboard.press("Enter");
  await settled(page);
  const shown = await page.evaluate((row) => {
    const trade = Report.shownTrades()[row - 1];
    const range = Report.visibleRange();
    return { said: document.getElementById("chosen").textContent, number: `#${trade.index + 1} `, inView: range.from <= trade.entry && trade.exit <= range.to + 86400 };
  }, row);
  check("jump: the trade is described", shown.said.startsWith(shown.number), shown.said);
  check("jump: the chart shows it", shown.inView);
  await page.click("#back");
  await settled(page);
  check("jump: back at its row", await page.evaluate(() => document.activeElement.classList.contains("chosen")));
  await page.select("#filter-side", "1");
  check("filter: only longs", await page.evaluate(() => Report.shownTrades().every((trade) => trade.long)));
  await page.select("#filter-side", "");
  await page.evaluate(() => [...document.querySelectorAll("#trades th button")].find((button) => button.textContent.startsWith("Net")).click());
  check("sort: worst first", await page.evaluate(() => Report.shownTrades().every((trade, at, all) => at === 0 || all[at - 1].net <= trade.net)));
  const hasMinutes = await page.$eval("#resolution", (place) => !place.hidden);
  if (hasMinutes) {
    await page.click("#shorter");
    await settled(page);
    check("minutes: shown around the fills", await page.$eval("#shorter", (button) => button.getAttribute("aria-pressed") === "true"));
  }
}

async function keyboard(page) {
  await page.focus("#tab-overview");
  await page.keyboard.press("ArrowRight");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  check("keyboard: arrows change the tab", await page.$eval("#tab-trades", (tab) => tab.getAttribute("aria-selected") === "true"));
  check("keyboard: the focus is visible", outline !== "none", outline);
}

async function theme(page) {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await background();
  await page.click("#theme");
  check("theme: the switch changes it", (await background()) !== before);
}

async function look(browser, file) {
  const name = basename(dirname(file));
  console.log(`${name}: ${(statSync(file).size / 2 ** 20).toFixed(2)} MiB`);
  for (const [place, viewport, scheme] of [["desk", DESK, "light"], ["phone", PHONE, "dark"]]) {
    const { page, seen, milliseconds } = await open(browser, file, viewport, scheme);
    const late = milliseconds > SOON_MS ? " (late)" : "";
    check(`${place}: opens`, milliseconds < FAR_TOO_LATE_MS, `${milliseconds} ms${late}`);
    await everyTab(page, place, shots && `${name}-${place}`);
    if (place === "desk") {
      await scales(page);
      if (await page.$("#equity .u-over")) await zoom(page);
      await candles(page);
      await jump(page);
      await keyboard(page);
      await theme(page);
    }
    check(`${place}: no complaint`, seen.complaints.length === 0, seen.complaints.slice(0, 3).join(" | "));
    check(`${place}: no request but the page`, seen.requests.length === 1, seen.requests.slice(1, 4).join(" "));
    await page.close();
  }
}

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  for (const file of words) await look(browser, resolve(file));
} finally {
  await browser.close();
}
console.log(failures === 0 ? "all passed" : `${failures} failed`);
process.exit(failures === 0 ? 0 : 1);
