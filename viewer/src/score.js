// Scores by other weights: the weighted sum of normalised indicators, digit for digit as the library computes it.
import { fsum } from "./exact.js";

const BELOW_ONE = 1 - Number.EPSILON;

/**
 * @typedef {object} Indicators
 * @property {Float64Array[]} values normalised 0–1, 1 worst, one array an indicator; NaN where missing
 * @property {(Uint8Array | null)[]} exempt 1 where the indicator does not apply to the village
 * @property {boolean} withhold whether a village that lacks any indicator with weight gets no score
 */

/**
 * Weights divided by their sum; null where they are all 0.
 * @param {number[]} weights
 * @returns {number[] | null}
 */
export function shares(weights) {
  const total = fsum(weights);
  return total > 0 ? weights.map((weight) => weight / total) : null;
}

/**
 * Score of every village; NaN where too little is known of it.
 * @param {Indicators} indicators
 * @param {number[]} weights shares that sum to 1
 * @returns {Float64Array}
 */
export function scores({ values, exempt, withhold }, weights) {
  const count = values.length ? values[0].length : 0, out = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const asked = weights.map((weight, k) => (exempt[k]?.[i] ? 0 : weight));
    const known = values.map((column, k) => !exempt[k]?.[i] && column[i] === column[i]);
    const there = asked.map((weight, k) => (known[k] ? weight : 0));
    const all = fsum(asked), available = fsum(there), slack = 1e-9 * all, most = Math.max(0, ...there);
    const enough = most > 0 && most >= Math.max(0, ...asked) - slack && 2 * available >= all - slack;
    const lacks = asked.some((weight, k) => weight > 0 && !known[k]);
    if (!enough || (withhold && lacks)) { out[i] = NaN; continue; }
    let parts = there.map((weight, k) => (known[k] ? (values[k][i] * weight) / available : 0));
    let total = fsum(parts);
    while (total > 1) {
      parts = parts.map((part) => part * BELOW_ONE);
      total = fsum(parts);
    }
    out[i] = total;
  }
  return out;
}
