// What the page is set to: layer, village, and what is tried. Whoever shows something of it is told of changes.
import { choose, readTrial, same } from "./trial.js";

/**
 * @typedef {import("./trial.js").State} State
 * @typedef {import("./trial.js").Outcome} Outcome
 * @typedef {{ state: State, outcome: Outcome }} Saved
 * @typedef {ReturnType<typeof createApp>} App
 */

export const TRIAL = "percobaan";
const [BOTH, ENTERED, LEFT, NEITHER, UNKNOWN] = [0, 1, 2, 3, 4];

/**
 * @param {any} data what lokus/show/web/web_map.py writes
 */
export function createApp(data) {
  /** @type {string[]} */
  const codes = data.villages.code.map((/** @type {string} */ code) => code.replaceAll(".", ""));
  /** @type {number[]} */
  const official = data.villages.number;
  const count = official.length;
  for (const layer of data.layers) layer.unsure = new Set(layer.unsure);
  const trial = data.trial ? readTrial(data.trial, data.villages.district) : null;
  /** @type {(() => void)[]} */
  const watchers = [];

  const app = {
    data, codes, trial, official,
    /** @type {string[]} */
    layers: data.layers.map((/** @type {any} */ layer) => layer.key),
    current: 0,
    chosen: -1,
    /** Grows with every change of what the map shows, so that kept drawings are known to be old. */
    version: 0,
    /** @type {State | null} */
    state: trial && trial.official(),
    /** @type {Outcome | null} */
    outcome: null,
    showsTrial: false,
    /** @type {Saved[]} */
    saved: [],
    /** @type {any} */
    trialLayer: null,
    /** @type {{ hasPolygon: (i: number) => boolean } | null} */
    map: null,
    /** @type {((i: number) => HTMLElement) | null} buttons that lock a village; none where nothing can be tried */
    lockBar: null,

    /** @type {(watcher: () => void) => void} */
    watch(watcher) { watchers.push(watcher); },
    changed() { app.version++; for (const watcher of watchers) watcher(); },

    /** Whether what is asked for differs from the proposal at all. */
    /** @returns {boolean} */
    differs() { return Boolean(trial && app.state && !same(app.state, trial.official())); },
    /** Whether there is a list that was tried, and it is the one in view. */
    /** @returns {boolean} */
    trying() { return app.showsTrial && app.outcome?.answer.kind === "best"; },
    /** @returns {any} */
    layer() { return app.trying() && app.current < 0 ? app.trialLayer : data.layers[Math.max(app.current, 0)]; },
    /** @returns {ArrayLike<number>} place on the list in view, 0 for none */
    numbers() { return app.trying() && app.outcome ? app.outcome.number : official; },
    /** @returns {number[]} villages on the list in view, in its order */
    list() {
      const number = app.numbers();
      /** @type {number[]} */
      const list = [];
      for (let i = 0; i < count; i++) if (number[i] > 0) list.push(i);
      return list.sort((a, b) => number[a] - number[b]);
    },
    /** @returns {number[]} villages of the proposal that the list in view does without */
    left() { return app.trying() ? changes(official, app.numbers()).left : []; },
    /** @returns {number[]} */
    locked() { return app.trying() && app.state ? [...app.state.inside, ...app.state.outside] : []; },

    /** @type {(i: number) => void} */
    setLayer(i) { app.current = i; app.changed(); },
    /** @type {(i: number) => void} */
    choose(i) { app.chosen = i; app.changed(); },

    /** @type {(state: State) => void} */
    tryOut(state) {
      if (!trial) return;
      app.state = state;
      app.outcome = app.differs() ? choose(trial, state) : null;
      app.showsTrial = app.differs();
      if (app.trying()) {
        app.trialLayer = layerOf(app.outcome);
        if (data.layers[Math.max(app.current, 0)].key === "usulan") app.current = -1;
      } else if (app.current < 0) app.current = 0;
      app.changed();
    },
    /** @type {(on: boolean) => void} */
    showTrial(on) {
      app.showsTrial = on && app.differs();
      if (app.trying() && app.current === 0) app.current = -1;
      if (!app.trying() && app.current < 0) app.current = 0;
      app.changed();
    },
  };

  /** @type {(outcome: Outcome | null) => any} */
  function layerOf(outcome) {
    const number = outcome ? outcome.number : official;
    const of = official.map((was, i) => (number[i] > 0 ? (was > 0 ? BOTH : ENTERED) : was > 0 ? LEFT
      : outcome && !(outcome.score[i] >= 0) ? UNKNOWN : NEITHER));
    const classes = data.trialClasses.map((/** @type {any} */ one, /** @type {number} */ c) => ({ ...one, count: of.filter((k) => k === c).length }));
    return {
      key: TRIAL, title: data.text.trialLayer, note: "", short: data.text.trialLayer, indicator: false, outlined: false,
      classes, of, values: official.map(() => ""), unsure: new Set(), weak: 0, weakLabel: "", symbols: null,
    };
  }
  return app;
}

/**
 * Villages that one list has and the other has not.
 * @param {ArrayLike<number>} before place on the list, 0 for none
 * @param {ArrayLike<number>} now
 */
export function changes(before, now) {
  const entered = [], left = [];
  for (let i = 0; i < before.length; i++) {
    if (now[i] > 0 && !before[i]) entered.push(i);
    if (!now[i] && before[i] > 0) left.push(i);
  }
  return { entered: entered.sort((a, b) => now[a] - now[b]), left: left.sort((a, b) => before[a] - before[b]) };
}
