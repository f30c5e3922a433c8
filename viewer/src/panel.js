// Beside the map: layers, legend, the card of a village, the list, and the search.
import { button, fill, find, make } from "./dom.js";
import { circle, hatch } from "./map.js";

/** @typedef {import("./app.js").App} App */

/**
 * @param {App} app
 * @param {(i: number) => void} open
 */
export function createPanel(app, open) {
  const { data } = app, { text } = data, root = document.documentElement;
  /** @type {(n: number) => string} */
  const whole = (n) => n.toLocaleString(root.lang);

  // ---- layers -----------------------------------------------------------------------------------------------

  const more = make("select");
  const trialButton = button(text.trialShort, () => app.setLayer(-1));
  trialButton.hidden = true;
  trialButton.dataset.layer = "-1";
  find("layers").append(trialButton);
  data.layers.forEach((/** @type {any} */ entry, /** @type {number} */ i) => {
    if (entry.indicator) {
      const option = make("option", entry.short);
      option.value = String(i);
      more.append(option);
      return;
    }
    const node = button(entry.short, () => app.setLayer(i));
    node.dataset.layer = String(i);
    find("layers").append(node);
  });
  if (more.options.length) {
    const none = make("option", text.indicators);
    none.value = "";
    none.disabled = none.selected = true;
    more.prepend(none);
    more.setAttribute("aria-label", text.indicators);
    more.addEventListener("change", () => app.setLayer(Number(more.value)));
    find("layers").append(more);
  }

  function showLayers() {
    trialButton.hidden = !app.trying();
    const now = app.trying() && app.current < 0 ? "-1" : String(Math.max(app.current, 0));
    for (const node of find("layers").querySelectorAll("button")) node.setAttribute("aria-pressed", String(node.dataset.layer === now));
    more.value = [...more.options].some((option) => option.value === now) ? now : "";
  }

  // ---- legend -----------------------------------------------------------------------------------------------

  function showLegend() {
    const { title, note, classes, weak, weakLabel, outlined, symbols } = app.layer();
    const table = make("table"), body = make("tbody");
    /** @type {(colour: string, pattern: string, limits: string, label: string, count: number, name?: string) => void} */
    const row = (colour, pattern, limits, label, count, name) => {
      const tr = make("tr", undefined, name), cell = make("td");
      if (pattern === "lokus") cell.append(make("div", undefined, "outlined"));
      else if (colour) {
        const sample = make("canvas");
        sample.width = 30; sample.height = 16;
        const p = /** @type {CanvasRenderingContext2D} */ (sample.getContext("2d"));
        p.fillStyle = colour; p.fillRect(0, 0, 30, 16);
        if (pattern === "hollow") circle(p, 15, 8, 6, true);
        else if (pattern) { p.fillStyle = hatch(p, pattern); p.fillRect(0, 0, 30, 16); }
        cell.append(sample);
      }
      tr.append(cell, make("td", limits, "limits"), make("td", label, "label"), make("td", whole(count), "count"));
      body.append(tr);
    };
    for (const c of classes) row(c.colour, c.pattern, c.limits, c.label, c.count);
    row("", "", "", text.total, classes.reduce((/** @type {number} */ sum, /** @type {any} */ c) => sum + c.count, 0), "total");
    if (weakLabel) row("#fff", symbols ? "hollow" : "weak", "", weakLabel, weak);
    if (outlined) row("", "lokus", "", app.trying() ? text.trialLokus : data.status[0].label, app.list().length);
    table.append(body);
    const heading = make("h2", title);
    find("legend").querySelector("summary").replaceChildren(heading);
    const inner = find("legend").querySelector("div");
    inner.replaceChildren(table);
    if (symbols) {
      const sizes = make("canvas");
      sizes.id = "sizes";
      inner.append(sizes);
    }
    const notes = find("notes");
    notes.replaceChildren();
    if (note) notes.append(make("p", `${title}: ${note}`, "quiet"));
    if (data.undrawn.length) notes.append(make("p", text.undrawn, "quiet"));
  }

  // ---- card -------------------------------------------------------------------------------------------------

  function showVillage() {
    const panel = find("village"), i = app.chosen;
    panel.hidden = i < 0;
    document.body.classList.toggle("card", i >= 0);
    if (i < 0) return;
    const { name, code, district, number, status, reason } = data.villages;
    const head = make("div", undefined, "head");
    const close = button("×", () => { app.choose(-1); find("canvas").focus(); });
    close.title = text.close;
    close.setAttribute("aria-label", text.close);
    head.append(make("h2", name[i]), close);
    const where = make("p", `${text.district} ${data.districts.name[district[i]]} · ${code[i]}`, "quiet");
    const label = data.status[status[i]].label + (number[i] > 0 ? ` · ${text.number} ${number[i]}` : "");
    const tag = make("span", label, "status");
    tag.style.background = data.status[status[i]].colour;
    tag.style.color = data.status[status[i]].ink;
    const marks = make("p", undefined, "marks");
    marks.append(tag);
    if (app.trying() && app.outcome) {
      const now = app.outcome.number[i], c = app.trialLayer.of[i];
      const tried = make("span", `${text.trialShort}: ${app.trialLayer.classes[c].label}${now > 0 ? ` · ${text.number} ${now}` : ""}`, "status tried");
      marks.append(" ", tried);
    }
    const facts = make("dl");
    if (app.trying() && app.outcome) {
      const score = app.outcome.score[i], known = score >= 0, place = app.outcome.rank[i];
      const points = (100 * score).toLocaleString(root.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
      facts.append(make("dt", text.trialScore), make("dd", known ? points : "–"), make("dt", text.trialRank), make("dd", place || "–"));
    }
    for (const fact of data.facts) facts.append(make("dt", fact.label), make("dd", fact.values[i]));
    panel.replaceChildren(head, where, marks);
    if (!app.map?.hasPolygon(i)) panel.append(make("p", text.no_polygon, "quiet"));
    if (app.lockBar) panel.append(app.lockBar(i));
    if (reason[i]) {
      const why = make("p", undefined, "reason");
      if (app.trying()) why.append(make("b", `${text.official}: `));
      why.append(reason[i]);
      panel.append(why);
    }
    panel.append(facts);
    const gaps = data.gaps?.villages[i] ?? [];
    if (gaps.length) {
      panel.append(make("h3", text.gaps));
      const list = make("ul");
      for (const [kind, value] of gaps) {
        const [office, before, after] = data.gaps.kinds[kind];
        const item = make("li");
        item.append(make("b", office), ` ${before}${value}${after}`);
        list.append(item);
      }
      panel.append(list);
    }
    if (shownCard !== i) panel.scrollTop = 0;
    shownCard = i;
  }
  let shownCard = -1;

  // ---- list -------------------------------------------------------------------------------------------------

  const MOST = 500;
  function showList() {
    const box = find("list"), list = app.list();
    const kecamatan = new Set(list.map((i) => data.villages.district[i])).size;
    box.querySelector("summary").textContent = app.trying()
      ? fill(text.trialList, { n: whole(list.length), k: whole(kecamatan) }) : text.list;
    const rows = box.querySelector("ol");
    rows.replaceChildren();
    if (!box.open) return;
    const number = app.numbers();
    for (const i of list.slice(0, MOST)) {
      const item = make("li"), words = make("span", data.villages.name[i]);
      words.append(" ", make("span", data.districts.name[data.villages.district[i]], "quiet"));
      if (app.trying() && !app.official[i]) words.append(" ", make("span", text.entered, "entered"));
      const node = button("", () => open(i));
      node.append(make("b", number[i]), words);
      item.append(node);
      rows.append(item);
    }
    if (list.length > MOST) rows.append(make("li", fill(text.more, { n: whole(list.length - MOST) }), "quiet"));
  }
  find("list").addEventListener("toggle", showList);

  // ---- search -----------------------------------------------------------------------------------------------

  /** @type {(words: string) => string} */
  const plain = (words) => words.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, " ").trim();
  /** @type {string[] | null} */
  let names = null;
  /** @returns {string[]} */
  const namesOf = () => (names ??= data.villages.name.map((/** @type {string} */ name, /** @type {number} */ i) => ` ${plain(`${name} ${data.districts.name[data.villages.district[i]]}`)}`));

  function search() {
    const asked = find("query").value.trim(), list = find("found");
    list.replaceChildren();
    const words = plain(asked).split(" ").filter(Boolean);
    if (!words.length) return;
    // What is written in digits and dots alone is a code: it must begin with it.
    const digits = asked.replace(/[\s.]/g, ""), byCode = /^\d{2,}$/.test(digits);
    const all = namesOf();
    const hits = all.map((_name, i) => i).filter((i) => (byCode && app.codes[i].startsWith(digits))
      || words.every((word) => all[i].includes(word)));
    // The code first, then names that begin with the first word.
    /** @type {(i: number) => number} */
    const rank = (i) => 2 * Number(byCode && app.codes[i].startsWith(digits)) + Number(all[i].startsWith(` ${words[0]}`));
    hits.sort((a, b) => rank(b) - rank(a) || a - b);
    if (!hits.length) list.append(make("li", text.nothing, "quiet"));
    for (const i of hits.slice(0, 10)) {
      const item = make("li");
      item.append(button(`${data.villages.name[i]} · ${data.districts.name[data.villages.district[i]]}`, () => { list.replaceChildren(); open(i); }));
      list.append(item);
    }
    if (hits.length > 10) list.append(make("li", fill(text.more, { n: whole(hits.length - 10) }), "quiet"));
  }
  find("query").addEventListener("input", search);
  find("query").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter") find("found").querySelector("button")?.click();
  });

  return { search, show() { showLayers(); showLegend(); showVillage(); showList(); } };
}
