// All villages as a table: linked with the map, sorted, filtered, and kept as CSV.
import { button, download, fill, find, make } from "./dom.js";

/** @typedef {import("./app.js").App} App */

const STEP = 150;  // rows that are drawn at a time

/**
 * The number a text begins with, written as the language writes numbers; NaN for a text without one.
 * @param {string} words
 * @param {string} language
 */
export function leadingNumber(words, language) {
  const found = /^[−+-]?[\d.,]+/.exec(words.trim());
  if (!found) return NaN;
  const plain = language === "en" ? found[0].replaceAll(",", "") : found[0].replaceAll(".", "").replace(",", ".");
  return Number(plain.replace("−", "-"));
}

/**
 * A cell of CSV: quoted, and never a formula for a spreadsheet that opens it.
 * @param {string} words
 */
export function csvCell(words) {
  const safe = /^[=+\-@\t\r\n]/.test(words) ? `'${words}` : words;
  return `"${safe.replaceAll('"', '""')}"`;
}

/**
 * @param {App} app
 * @param {(i: number) => void} open
 */
export function createTable(app, open) {
  const { data } = app, { text } = data, language = document.documentElement.lang;
  const box = find("table"), head = box.querySelector("thead"), body = box.querySelector("tbody");
  const { name, code, district, number, status } = data.villages;
  /** @typedef {{ head: string, text: (i: number) => string, key?: (i: number) => number | string, tried?: boolean }} Column */
  /** @type {Column[]} */
  const columns = [
    { head: text.columnNumber, text: (i) => (number[i] > 0 ? String(number[i]) : "–") },
    { head: text.columnVillage, text: (i) => name[i], key: (i) => name[i] },
    { head: text.district, text: (i) => data.districts.name[district[i]], key: (i) => data.districts.name[district[i]] },
    { head: text.columnCode, text: (i) => code[i], key: (i) => code[i] },
    { head: text.columnStatus, text: (i) => data.status[status[i]].label, key: (i) => data.status[status[i]].label },
    { head: text.trialShort, tried: true, text: (i) => (app.trying() ? app.trialLayer.classes[app.trialLayer.of[i]].label : ""), key: (i) => (app.trying() ? app.trialLayer.of[i] : 0) },
    { head: text.trialNumber, tried: true, text: (i) => (app.trying() && app.numbers()[i] > 0 ? String(app.numbers()[i]) : "–") },
    ...data.facts.map((/** @type {any} */ fact) => ({ head: fact.label, text: (/** @type {number} */ i) => fact.values[i] })),
    ...data.layers.filter((/** @type {any} */ layer) => layer.indicator).map((/** @type {any} */ layer) => ({
      head: layer.title, text: (/** @type {number} */ i) => layer.values[i] || layer.classes[layer.of[i]].label || "–",
    })),
  ];
  let sorted = 0, rising = true, rows = /** @type {number[]} */ ([]), drawn = 0, stale = true;

  const filter = find("filter"), kecamatan = find("kecamatan"), onlyList = find("only");
  for (const [i, words] of data.districts.name.entries()) {
    const option = make("option", words);
    option.value = String(i);
    kecamatan.append(option);
  }

  const used = () => columns.filter((column) => !column.tried || app.trying());

  function arrange() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean), within = kecamatan.value, list = app.numbers();
    rows = [];
    for (let i = 0; i < name.length; i++) {
      if (within !== "" && district[i] !== Number(within)) continue;
      if (onlyList.checked && !(list[i] > 0) && !(number[i] > 0)) continue;
      const all = `${name[i]} ${data.districts.name[district[i]]} ${code[i]}`.toLowerCase();
      if (words.every((/** @type {string} */ word) => all.includes(word))) rows.push(i);
    }
    const column = used()[Math.min(sorted, used().length - 1)];
    const key = column.key ?? ((/** @type {number} */ i) => leadingNumber(column.text(i), language));
    const keys = new Map(rows.map((i) => [i, key(i)]));
    /** @type {(value: any) => boolean} */
    const missing = (value) => value !== value || value === "";
    rows.sort((a, b) => {
      const x = /** @type {any} */ (keys.get(a)), y = /** @type {any} */ (keys.get(b));
      if (missing(x) || missing(y)) return Number(missing(x)) - Number(missing(y)) || a - b;
      const order = typeof x === "string" ? x.localeCompare(y, language, { numeric: true }) : x - y;
      return (rising ? order : -order) || a - b;
    });
  }

  function drawHead() {
    const tr = make("tr");
    used().forEach((column, place) => {
      const th = make("th");
      th.scope = "col";
      th.setAttribute("aria-sort", place === sorted ? (rising ? "ascending" : "descending") : "none");
      const sign = place === sorted ? (rising ? " ▲" : " ▼") : "";
      const sort = button(column.head, () => {
        rising = place === sorted ? !rising : true;
        sorted = place;
        show();
        head.querySelectorAll("button")[place]?.focus();
      });
      const arrow = make("span", sign);
      arrow.setAttribute("aria-hidden", "true");
      sort.append(arrow);
      th.append(sort);
      tr.append(th);
    });
    head.replaceChildren(tr);
  }

  function drawMore() {
    const shownColumns = used(), list = app.numbers();
    for (const i of rows.slice(drawn, drawn + STEP)) {
      const tr = make("tr");
      tr.dataset.village = String(i);
      if (list[i] > 0) tr.className = "lokus";
      shownColumns.forEach((column, place) => {
        const cell = make(place === 1 ? "th" : "td");
        if (place === 1) { /** @type {HTMLTableCellElement} */ (cell).scope = "row"; cell.append(button(column.text(i), () => open(i), "link")); }
        else cell.textContent = column.text(i);
        tr.append(cell);
      });
      body.append(tr);
    }
    drawn = Math.min(rows.length, drawn + STEP);
    mark();
  }

  function mark() {
    for (const tr of body.children) {
      const on = Number(tr.dataset.village) === app.chosen;
      tr.classList.toggle("chosen", on);
      if (on) tr.setAttribute("aria-current", "true");
      else tr.removeAttribute("aria-current");
    }
  }

  function show() {
    arrange();
    drawHead();
    body.replaceChildren();
    drawn = 0;
    drawMore();
    find("rows").textContent = fill(text.rows, { n: rows.length.toLocaleString(language), total: name.length.toLocaleString(language) });
    stale = false;
  }

  function keep() {
    const shownColumns = used();
    const lines = [shownColumns.map((column) => csvCell(column.head)).join(";")];
    for (const i of rows) lines.push(shownColumns.map((column) => csvCell(column.text(i))).join(";"));
    if (app.trying()) lines.unshift(csvCell(text.trialMark));
    download(app.trying() ? "desa-percobaan.csv" : "desa.csv", `\ufeff${lines.join("\r\n")}\r\n`, "text/csv");
  }

  filter.addEventListener("input", show);
  kecamatan.addEventListener("change", show);
  onlyList.addEventListener("change", show);
  find("csv").addEventListener("click", keep);
  box.querySelector(".scroll").addEventListener("scroll", (/** @type {Event} */ event) => {
    const { scrollTop, clientHeight, scrollHeight } = /** @type {HTMLElement} */ (event.target);
    if (drawn < rows.length && scrollTop + clientHeight > scrollHeight - 400) drawMore();
  });

  return {
    /** @type {(fresh: boolean) => void} */
    show(fresh) {
      stale ||= fresh;
      if (box.hidden) return;
      if (stale) show();
      else mark();
      const own = rows.indexOf(app.chosen);
      while (own >= drawn) drawMore();
      if (own >= 0) body.children[own].scrollIntoView({ block: "nearest" });
    },
  };
}
