// Choosing again: from what is tried (weights, rules, locks) to a list, with its numbers, ranks and sums.
import { fsum, quantise, readFloats, rint } from "./exact.js";
import { scores, shares } from "./score.js";
import { solve } from "./solve.js";

/**
 * What is tried. `weights` null: those of the proposal, untouched.
 * @typedef {object} State
 * @property {string} name
 * @property {number[] | null} weights as written, not yet divided by their sum
 * @property {number} n
 * @property {number | null} limit
 * @property {boolean} exact
 * @property {number} least
 * @property {number | null} most
 * @property {Set<number>} inside
 * @property {Set<number>} outside
 *
 * @typedef {{ key: string, label: string, weight: number, values: string, exempt: number[] }} PlainIndicator
 *
 * @typedef {object} Plain what lokus/show/web/trial_data.py writes
 * @property {"skor" | "anak" | "campuran"} objective
 * @property {number | null} blend
 * @property {string} score
 * @property {string} tie
 * @property {string | null} children
 * @property {string | null} expected
 * @property {{ n: number, limit: number | null, exact: boolean, least: number, most: number | null, quota: [number, number][],
 *   inside: [number, string][], outside: [number, string][], heldInside: number[], heldOutside: number[] }} rules
 * @property {{ label: string, weight: string, least: number, most: number | null }[]} extra
 * @property {string} whyNoWeights
 * @property {PlainIndicator[]} indicators
 * @property {boolean} withhold
 *
 * @typedef {object} Outcome
 * @property {import("./solve.js").Answer} answer
 * @property {Float64Array} score of every village under the weights tried
 * @property {Int32Array} number place on the list, 0 for a village that is not on it
 * @property {Int32Array} rank 0 for a village without score
 * @property {number} kecamatan with a village on the list
 * @property {number} sum of what the villages bring, exactly rounded
 * @property {number | null} children expected in the villages of the list; null where they are not known
 *
 * @typedef {ReturnType<typeof readTrial>} Trial
 */

/**
 * @param {Plain} plain
 * @param {number[]} group kecamatan of every village
 */
export function readTrial(plain, group) {
  const { rules } = plain;
  const indicators = plain.indicators.map((one) => {
    const values = readFloats(one.values), exempt = one.exempt.length ? new Uint8Array(values.length) : null;
    for (const i of one.exempt) if (exempt) exempt[i] = 1;
    return { key: one.key, label: one.label, weight: one.weight, values, exempt };
  });
  /** @type {() => State} */
  const official = () => ({
    name: "", weights: null, n: rules.n, limit: rules.limit, exact: rules.exact, least: rules.least, most: rules.most,
    inside: new Set(rules.inside.map(([i]) => i)), outside: new Set(rules.outside.map(([i]) => i)),
  });
  return {
    plain, group, indicators, official,
    score: readFloats(plain.score), tie: readFloats(plain.tie),
    children: plain.children === null ? null : readFloats(plain.children),
    expected: plain.expected === null ? null : readFloats(plain.expected),
    reasons: new Map([...rules.inside, ...rules.outside]),
    held: new Set([...rules.heldInside, ...rules.heldOutside]),
    extra: plain.extra.map((one) => ({ ...one, weight: readFloats(one.weight), most: one.most ?? Infinity })),
  };
}

/**
 * Score of every village under the weights tried; null where all weights are 0.
 * @param {Trial} trial
 * @param {State} state
 */
export function scoresOf(trial, state) {
  if (!state.weights) return trial.score;
  const parts = shares(state.weights);
  const columns = { values: trial.indicators.map((one) => one.values), exempt: trial.indicators.map((one) => one.exempt), withhold: trial.plain.withhold };
  return parts && scores(columns, parts);
}

/**
 * What each village brings: its score, its children, or their blend.
 * @param {Trial} trial
 * @param {Float64Array} score
 */
function valuesOf(trial, score) {
  const { objective, blend } = trial.plain, { children } = trial;
  if (objective === "skor" || !children) return score;
  // What has no score is no candidate, however many children it has.
  if (objective === "anak" || blend === null) return score.map((value, i) => (value === value ? children[i] : NaN));
  let most = -Infinity;
  for (const value of children) if (value > most) most = value;
  return score.map((value, i) => blend * value + (1 - blend) * (most > 0 ? children[i] / most : children[i] * 0));
}

/**
 * Places of villages by what they bring, the first 1: equal ones by the tie rule, then by code; 0 without a value.
 * @param {Float64Array} value
 * @param {Float64Array} tie
 * @param {number[]} among
 */
function ranked(value, tie, among) {
  const known = among.filter((i) => value[i] === value[i]);
  const { integers } = quantise(value), second = new Map();
  const ties = quantise(known.map((i) => tie[i])).integers;
  known.forEach((i, k) => second.set(i, ties[k]));
  known.sort((a, b) => integers[b] - integers[a] || second.get(b) - second.get(a) || a - b);
  return known;
}

/**
 * Choose the best list under what is tried; null where all weights are 0.
 * @param {Trial} trial
 * @param {State} state
 * @returns {Outcome | null}
 */
export function choose(trial, state) {
  const score = scoresOf(trial, state);
  if (!score) return null;
  const { rules } = trial.plain, value = valuesOf(trial, score);
  const answer = solve({ value, tie: trial.tie, group: trial.group }, {
    n: state.n, limit: state.limit, exact: state.exact, least: state.least, most: state.most, quota: new Map(rules.quota),
    inside: new Set([...state.inside, ...rules.heldInside]), outside: new Set([...state.outside, ...rules.heldOutside]),
  }, trial.extra);
  const { chosen } = answer, on = new Set(chosen), everyone = Array.from(value, (_unused, i) => i);
  // The list is numbered by the rank of its villages; one that is locked in without a score comes last.
  const order = ranked(value, trial.tie, everyone).filter((i) => on.has(i));
  order.push(...chosen.filter((i) => value[i] !== value[i]));
  const number = new Int32Array(value.length), rank = new Int32Array(value.length);
  order.forEach((i, place) => { number[i] = place + 1; });
  ranked(score, trial.tie, everyone).forEach((i, place) => { rank[i] = place + 1; });
  return {
    answer, score, number, rank,
    kecamatan: new Set(chosen.map((i) => trial.group[i])).size,
    sum: fsum(chosen.map((i) => value[i]).filter((x) => x === x)),
    children: childrenOf(trial, chosen),
  };
}

/**
 * Expected stunted children in villages, a whole number; null where nothing is known of them.
 * @param {Trial} trial
 * @param {number[]} chosen
 */
export function childrenOf(trial, chosen) {
  if (!trial.expected) return null;
  const known = chosen.map((i) => /** @type {Float64Array} */ (trial.expected)[i]).filter((x) => x === x);
  return known.length ? rint(fsum(known)) : null;
}

/**
 * Whether two states ask for the same.
 * @param {State} a
 * @param {State} b
 */
export function same(a, b) {
  /** @type {(x: Set<number>, y: Set<number>) => boolean} */
  const equal = (x, y) => x.size === y.size && [...x].every((i) => y.has(i));
  return a.n === b.n && a.limit === b.limit && a.exact === b.exact && a.least === b.least && a.most === b.most
    && JSON.stringify(a.weights) === JSON.stringify(b.weights) && equal(a.inside, b.inside) && equal(a.outside, b.outside);
}
