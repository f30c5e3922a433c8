// Trying out: weights, rules and locks; what changes, in words; scenarios side by side.
import { TRIAL, changes } from "./app.js";
import { button, download, fill, find, make } from "./dom.js";
import { fsum } from "./exact.js";
import { fromScenario, toScenario, toToml } from "./scenario.js";
import { choose, childrenOf, same } from "./trial.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./trial.js").State} State */
/** @typedef {import("./trial.js").Outcome} Outcome */

const NAMED = 12;  // villages named in a sentence

/**
 * @param {App} app
 * @param {(i: number) => void} open
 */
export function createControls(app, open) {
  const { data, trial } = app, { text } = data, root = document.documentElement, panel = find("trial");
  /** @type {(n: number, decimals?: number) => string} */
  const shown = (n, decimals = 0) => n.toLocaleString(root.lang, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  /** @type {(i: number) => string} */
  const named = (i) => `${data.villages.name[i]} (${data.districts.name[data.villages.district[i]]})`;
  /** @type {(list: number[]) => string} */
  const names = (list) => list.slice(0, NAMED).map(named).join(", ")
    + (list.length > NAMED ? `, ${fill(text.more, { n: shown(list.length - NAMED) })}` : "");

  if (!trial) {
    panel.append(make("p", text.noTrial, "quiet"));
    return { show() {}, restore() {}, address: () => ({}), sentences: () => [], short: () => "" };
  }
  const official = trial.official(), total = fsum(trial.indicators.map((one) => one.weight));
  /** @type {(change: Partial<State>) => void} */
  const change = (with_) => app.tryOut({ ...(app.state ?? official), ...with_ });

  // ---- result in words --------------------------------------------------------------------------------------

  const result = make("div", undefined, "result");
  result.setAttribute("role", "status");
  const reset = button(text.reset, () => { app.tryOut(trial.official()); drawControls(); }, "plain");

  /** What the list in view changes of the proposal, in sentences. */
  function sentences() {
    const { outcome, state } = app;
    if (!state) return [];
    if (!app.differs()) return [text.trialNothing];
    if (!outcome) return [text.trialNoWeight];
    const { answer } = outcome;
    if (answer.kind === "large") return [text.trialLarge];
    if (answer.kind === "extra") return [fill(text.trialExtra, { rules: answer.broken.map((one) => one.label).join("; ") })];
    if (answer.kind === "none") {
      return [answer.reachable > 0 ? fill(text.trialNoneMost, { n: shown(answer.reachable) }) : text.trialNone];
    }
    const { entered, left } = changes(app.official, outcome.number), lines = [];
    lines.push(fill(text.trialSum, { n: shown(answer.chosen.length), k: shown(outcome.kecamatan) }));
    lines.push(entered.length || left.length ? "" : text.trialSame);
    if (entered.length) lines.push(fill(text.trialEntered, { n: shown(entered.length), names: names(entered) }));
    if (left.length) lines.push(fill(text.trialLeft, { n: shown(left.length), names: names(left) }));
    if (outcome.children !== null) {
      const before = officialChildren ?? 0;
      lines.push(fill(text.trialChildren, { now: shown(outcome.children), before: shown(before) }));
    }
    return lines.filter(Boolean);
  }
  /** The same in few words: how many enter and leave. */
  function short() {
    const { outcome } = app;
    if (!outcome || outcome.answer.kind !== "best") return "";
    const { entered, left } = changes(app.official, outcome.number);
    const sum = fill(text.trialSum, { n: shown(outcome.answer.chosen.length), k: shown(outcome.kecamatan) });
    return `${sum} ${entered.length || left.length ? fill(text.trialCounts, { n: shown(entered.length), m: shown(left.length) }) : text.trialSame}`;
  }
  const officialChosen = app.official.flatMap((number, i) => (number > 0 ? [i] : []));
  const officialChildren = childrenOf(trial, officialChosen);

  function showResult() {
    result.replaceChildren(make("h3", app.differs() ? text.trialMark : text.officialShown));
    for (const line of sentences()) result.append(make("p", line));
    reset.disabled = !app.differs();
    const fails = app.differs() && app.outcome?.answer.kind !== "best";
    result.classList.toggle("fails", fails);
    result.classList.toggle("tried", app.differs());
  }

  // ---- weights ----------------------------------------------------------------------------------------------

  const weights = make("fieldset"), rules = make("fieldset"), locks = make("div");
  const extra = new Set(trial.indicators.flatMap((one, k) => (one.weight > 0 ? [k] : [])));

  function drawWeights() {
    weights.replaceChildren(make("legend", text.weights));
    if (trial?.plain.whyNoWeights) { weights.append(make("p", trial.plain.whyNoWeights, "quiet")); return; }
    const sum = make("p", "", "sum");
    sum.setAttribute("aria-live", "polite");
    /** @type {{ k: number, range: HTMLInputElement, output: HTMLOutputElement }[]} */
    const sliders = [];
    const now = () => app.state?.weights ?? /** @type {any} */ (trial).indicators.map((/** @type {any} */ one) => one.weight);
    const show = () => {
      const all = fsum(now()), points = (100 * all) / total;
      for (const { k, output } of sliders) output.textContent = `${shown(all > 0 ? (100 * now()[k]) / all : 0, 1)} %`;
      sum.textContent = fill(text.weightSum, { sum: shown(points, 1) });
    };
    trial?.indicators.forEach((one, k) => {
      if (!extra.has(k) && !(now()[k] > 0)) return;
      const row = make("div", undefined, "weight"), label = make("label", one.label), range = make("input"), output = make("output");
      range.type = "range"; range.min = "0"; range.max = "100"; range.step = "1"; range.id = `bobot-${k}`;
      range.value = String((100 * now()[k]) / total);
      label.htmlFor = range.id;
      range.addEventListener("input", () => {
        // Only the weight that is moved is written anew; those left alone keep every digit.
        const next = [...now()];
        next[k] = (Number(range.value) * total) / 100;
        const untouched = next.every((weight, j) => weight === /** @type {any} */ (trial).indicators[j].weight);
        change({ weights: untouched ? null : next });
        show();
      });
      row.append(label, range, output);
      weights.append(row);
      sliders.push({ k, range, output });
    });
    const rest = trial?.indicators.flatMap((one, k) => (extra.has(k) || now()[k] > 0 ? [] : [{ k, label: one.label }])) ?? [];
    weights.append(sum);
    if (rest.length) {
      const add = make("select"), none = make("option", text.addIndicator);
      none.value = "";
      add.setAttribute("aria-label", text.addIndicator);
      add.append(none, ...rest.map(({ k, label }) => { const option = make("option", label); option.value = String(k); return option; }));
      add.addEventListener("change", () => {
        if (add.value === "") return;
        const k = Number(add.value);
        extra.add(k);
        drawWeights();
        find(`bobot-${k}`).focus();
      });
      weights.append(add);
    }
    show();
  }

  // ---- rules ------------------------------------------------------------------------------------------------

  function drawRules() {
    const state = app.state ?? official;
    rules.replaceChildren(make("legend", text.rules));
    /** @type {(id: string, label: string, value: number | null, least: number, most: number, set: (value: number | null) => void) => void} */
    const number = (id, label, value, least, most, set) => {
      const row = make("div", undefined, "rule"), name = make("label", label), input = make("input");
      input.type = "number"; input.id = id; input.min = String(least); input.max = String(most); input.step = "1";
      input.value = value === null ? "" : String(value);
      if (id !== "aturan-n") input.placeholder = text.noLimit;
      name.htmlFor = id;
      input.addEventListener("input", () => {
        const typed = input.value.trim(), given = Number(typed);
        const good = typed === "" ? id !== "aturan-n" && !input.validity.badInput : Number.isInteger(given) && given >= least && given <= most;
        input.setAttribute("aria-invalid", String(!good));
        if (good) set(typed === "" ? null : given);
      });
      row.append(name, input);
      rules.append(row);
    };
    const kecamatan = data.districts.name.length;
    number("aturan-n", text.ruleN, state.n, 1, app.codes.length, (n) => change({ n: n ?? official.n }));
    number("aturan-kecamatan", text.ruleLimit, state.limit, 1, kecamatan, (limit) => {
      change({ limit, exact: limit !== null && exactly.checked });
    });
    const row = make("div", undefined, "check"), exactly = make("input"), name = make("label", text.ruleExact);
    exactly.type = "checkbox"; exactly.id = "aturan-tepat"; exactly.checked = state.exact; name.htmlFor = exactly.id;
    exactly.addEventListener("change", () => change({ exact: exactly.checked && app.state?.limit !== null }));
    row.append(exactly, name);
    rules.append(row);
    number("aturan-min", text.ruleLeast, state.least || null, 0, app.codes.length, (least) => change({ least: least ?? 0 }));
    number("aturan-maks", text.ruleMost, state.most, 1, app.codes.length, (most) => change({ most }));
    const fixed = [...trial?.extra.map((one) => one.label) ?? [], ...(data.trial.rules.quota.length ? [text.fixedQuota] : []),
      ...(trial?.held.size ? [fill(text.fixedLocks, { n: shown(trial.held.size) })] : [])];
    if (fixed.length) rules.append(make("p", fill(text.fixedRules, { rules: fixed.join("; ") }), "quiet"));
  }

  // ---- locks ------------------------------------------------------------------------------------------------

  /** @type {(i: number, to: "inside" | "outside" | null) => void} */
  function lock(i, to) {
    const state = app.state ?? official, inside = new Set(state.inside), outside = new Set(state.outside);
    inside.delete(i); outside.delete(i);
    if (to === "inside") inside.add(i);
    if (to === "outside") outside.add(i);
    change({ inside, outside });
    showLocks();
  }

  app.lockBar = (i) => {
    const bar = make("div", undefined, "locks"), state = app.state ?? official;
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", text.locks);
    if (trial.held.has(i)) { bar.append(make("span", text.lockHeld, "quiet")); return bar; }
    const now = state.inside.has(i) ? "inside" : state.outside.has(i) ? "outside" : null;
    for (const [to, words] of /** @type {const} */ ([["inside", text.lockIn], ["outside", text.lockOut]])) {
      const node = button(words, () => { lock(i, now === to ? null : to); find("village").querySelector(`[data-lock=${to}]`)?.focus(); });
      node.dataset.lock = to;
      node.setAttribute("aria-pressed", String(now === to));
      bar.append(node);
    }
    return bar;
  };

  function showLocks() {
    const state = app.state ?? official;
    locks.replaceChildren(make("h3", text.locks), make("p", text.locksHow, "quiet"));
    const list = make("ul", undefined, "rows");
    for (const [set, words] of /** @type {const} */ ([[state.inside, text.lockIn], [state.outside, text.lockOut]])) {
      for (const i of set) {
        const item = make("li"), release = button(text.release, () => lock(i, null), "plain");
        release.setAttribute("aria-label", `${text.release}: ${named(i)}`);
        item.append(button(named(i), () => open(i), "link"), ` ${words} `, release);
        list.append(item);
      }
    }
    if (list.children.length) locks.append(list);
  }

  // ---- scenarios --------------------------------------------------------------------------------------------

  const shelf = make("section"), name = make("input"), save = button(text.save, keep);
  name.type = "text"; name.id = "nama-skenario"; name.maxLength = 80;
  name.setAttribute("autocomplete", "off");

  function keep() {
    const { state, outcome } = app;
    if (!state || !outcome || outcome.answer.kind !== "best") return;
    const given = name.value.trim() || fill(text.scenarioName, { n: app.saved.length + 1 });
    const own = { ...state, name: given };
    app.saved = [...app.saved.filter((one) => one.state.name !== given), { state: own, outcome }];
    name.value = "";
    app.changed();
  }

  /** @type {(state: State, outcome: Outcome) => void} */
  function keepFile(state, outcome) {
    const scenario = toScenario(trial_, state, app.codes, text.lockReason);
    const remark = [text.fileHead, fill(text.fileHow, { file: `skenario-${slug(state.name)}.toml` })];
    const daftar = outcome.answer.chosen.map((i) => app.codes[i]);
    download(`skenario-${slug(state.name)}.toml`, toToml(scenario, { remark, kajian: data.study.kabupaten, tahun: data.study.tahun, daftar }), "application/toml");
  }
  const trial_ = trial;
  /** @type {(words: string) => string} */
  const slug = (words) => words.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || TRIAL;

  function showShelf() {
    const can = app.outcome?.answer.kind === "best" && app.differs();
    save.disabled = !can;
    shelf.replaceChildren(make("h3", text.scenarios));
    const row = make("div", undefined, "keep"), label = make("label", text.scenarioNameLabel);
    label.htmlFor = name.id;
    row.append(label, name, save);
    shelf.append(row);
    if (!app.saved.length) { shelf.append(make("p", text.scenarioHow, "quiet")); return; }
    const list = make("ul", undefined, "rows");
    for (const one of app.saved) {
      const item = make("li");
      const take = button(text.showIt, () => { app.tryOut(one.state); drawControls(); }, "plain");
      const file = button(text.file, () => keepFile(one.state, one.outcome), "plain");
      const drop = button(text.remove, () => { app.saved = app.saved.filter((other) => other !== one); app.changed(); }, "plain");
      for (const node of [take, file, drop]) node.setAttribute("aria-label", `${node.textContent}: ${one.state.name}`);
      item.append(make("b", one.state.name), " ", take, " ", file, " ", drop);
      list.append(item);
    }
    shelf.append(list, comparison());
  }

  /** Lists side by side: sums by the official score, so that they can be compared. */
  function comparison() {
    const box = make("div", undefined, "scroll"), table = make("table", undefined, "compare"), head = make("tr");
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", text.sideBySide);
    const lists = [{ name: text.official, chosen: officialChosen }, ...app.saved.map((one) => ({ name: `${one.state.name} (${text.trialShort.toLowerCase()})`, chosen: one.outcome.answer.chosen }))];
    head.append(make("td"), ...lists.map((one) => { const th = make("th", one.name); th.scope = "col"; return th; }));
    const body = make("tbody");
    /** @type {(label: string, cell: (chosen: number[]) => string) => void} */
    const line = (label, cell) => {
      const tr = make("tr"), th = make("th", label);
      th.scope = "row";
      tr.append(th, ...lists.map((one) => make("td", cell(one.chosen))));
      body.append(tr);
    };
    line(text.villages, (chosen) => shown(chosen.length));
    line(text.districts, (chosen) => shown(new Set(chosen.map((i) => trial_.group[i])).size));
    line(text.scoreSum, (chosen) => shown(100 * fsum(chosen.map((i) => trial_.score[i]).filter((x) => x === x)), 1));
    if (trial_.expected) line(text.childrenReached, (chosen) => shown(childrenOf(trial_, chosen) ?? 0));
    const before = new Set(officialChosen);
    line(text.enteredCount, (chosen) => shown(chosen.filter((i) => !before.has(i)).length));
    line(text.leftCount, (chosen) => { const on = new Set(chosen); return shown(officialChosen.filter((i) => !on.has(i)).length); });
    const top = make("thead");
    top.append(head);
    table.append(top, body);
    const all = officialChosen.filter((i) => lists.every((one) => one.chosen.includes(i)));
    box.append(table, make("p", fill(text.inAll, { n: shown(all.length), names: all.map(named).join(", ") || "–" })));
    for (const one of lists) {
      const more = make("details");
      more.append(make("summary", fill(text.listOf, { name: one.name })), make("p", one.chosen.map(named).join(", ")));
      box.append(more);
    }
    return box;
  }

  // ---- together ---------------------------------------------------------------------------------------------

  function drawControls() { drawWeights(); drawRules(); showLocks(); }
  panel.append(make("h2", text.trialTitle), make("p", text.trialIntro, "quiet"), result, reset, weights, rules, locks, shelf);
  drawControls();

  return {
    sentences, short,
    show() { showResult(); showShelf(); },
    /** What of the trial stands in the address. */
    address() {
      /** @type {Record<string, string>} */
      const out = {};
      if (app.state && app.differs()) {
        out.coba = JSON.stringify(toScenario(trial_, app.state, app.codes, text.lockReason));
        if (!app.showsTrial) out.tampil = "resmi";
      }
      if (app.saved.length) out.skenario = JSON.stringify(app.saved.map((one) => toScenario(trial_, one.state, app.codes, text.lockReason)));
      return out;
    },
    /** @type {(address: URLSearchParams) => void} */
    restore(address) {
      /** @type {(words: string | null) => any} */
      const read = (words) => { try { return JSON.parse(words ?? "null"); } catch { return null; } };
      const several = read(address.get("skenario"));
      for (const plain of Array.isArray(several) ? several.slice(0, 20) : []) {
        const state = fromScenario(trial_, plain, app.codes), outcome = state && choose(trial_, state);
        if (state && outcome?.answer.kind === "best") app.saved.push({ state, outcome });
      }
      const state = fromScenario(trial_, read(address.get("coba")), app.codes);
      if (state && !same(state, official)) {
        app.tryOut(state);
        if (address.get("tampil") === "resmi") app.showTrial(false);
        drawControls();
      }
    },
  };
}
