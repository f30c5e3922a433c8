// The best list under the rules: exact, by a dynamic programme over kecamatan in whole numbers.
//
// The same programme as lokus/choice/solver/exact.py, with the same order of villages and the same rule for ties:
// the larger sum of scores, then of stunted children, then the list whose sorted codes come first. Whole numbers
// are exact here up to 2^53; `tooLarge` refuses what could come near it.
import { fsum, quantise } from "./exact.js";

export const MOST_CELLS = 20_000_000;
const LARGEST_SUM = 9_000;  // villages whose twelve-digit numbers add up exactly

/**
 * @typedef {object} Rules
 * @property {number} n villages to choose
 * @property {number | null} limit kecamatan with a chosen village, at most
 * @property {boolean} exact exactly `limit` kecamatan
 * @property {number} least villages in a kecamatan that has any
 * @property {number | null} most villages in one kecamatan
 * @property {Map<number, number>} quota kecamatan -> exactly so many
 * @property {Set<number>} inside villages locked in
 * @property {Set<number>} outside villages locked out
 *
 * @typedef {object} Extra
 * @property {string} label the rule in words
 * @property {Float64Array} weight
 * @property {number} least
 * @property {number} most
 *
 * @typedef {object} Villages
 * @property {Float64Array} value what each village brings; NaN where it cannot be chosen
 * @property {Float64Array} tie the more, the earlier in a tie; NaN counts as 0
 * @property {ArrayLike<number>} group kecamatan of each; villages stand in the order of their codes
 *
 * @typedef {object} Instance
 * @property {number[]} order villages, kecamatan after kecamatan, best first in each
 * @property {Float64Array} score
 * @property {Float64Array} tie
 * @property {number} unit
 * @property {number[]} start
 * @property {number[]} low
 * @property {number[]} high
 * @property {boolean[]} forced
 * @property {boolean} possible false where a quota names a kecamatan without candidates
 *
 * @typedef {{ size: number, opens: number, score: number, tie: number }} Move
 *
 * @typedef {object} Answer
 * @property {"best" | "none" | "large" | "extra"} kind
 * @property {number[]} chosen villages, in the order of their codes
 * @property {number} reachable with "none": the most villages, below n, that some list has
 * @property {Extra[]} broken with "extra": rules across kecamatan that the best list without them breaks
 */

/**
 * @param {Villages} villages
 * @param {Rules} rules
 * @returns {Instance}
 */
export function arrange({ value, tie, group }, rules) {
  const { integers: score, unit } = quantise(value), { integers: second } = quantise(tie);
  /** @type {Map<number, number[]>} */
  const members = new Map();
  for (let i = 0; i < value.length; i++) {
    if (!rules.inside.has(i) && (value[i] !== value[i] || rules.outside.has(i))) continue;
    const own = members.get(group[i]);
    if (own) own.push(i);
    else members.set(group[i], [i]);
  }
  const cap = Math.min(rules.n, rules.most ?? rules.n);
  const first = Math.max(rules.least, 1);
  /** @type {number[]} */
  const order = [];
  const start = [0], low = [], high = [], forced = [];
  for (const [place, own] of members) {
    own.sort((a, b) => Number(rules.inside.has(b)) - Number(rules.inside.has(a))
      || score[b] - score[a] || second[b] - second[a] || a - b);
    order.push(...own);
    start.push(order.length);
    const held = own.filter((i) => rules.inside.has(i)).length, quota = rules.quota.get(place);
    low.push(quota === undefined ? Math.max(held, first) : Math.max(quota, held, 1));
    high.push(Math.min(own.length, quota === undefined ? cap : quota));
    forced.push(held > 0 || (quota ?? 0) > 0);
  }
  const possible = [...rules.quota].every(([place, number]) => !number || members.has(place));
  return {
    order, unit, start, low, high, forced, possible,
    score: Float64Array.from(order, (i) => score[i]), tie: Float64Array.from(order, (i) => second[i]),
  };
}

/**
 * What one kecamatan can give: its first low … high villages, or none unless it must be opened.
 * @param {Instance} instance
 * @param {number} g
 * @returns {Move[]}
 */
function movesOf(instance, g) {
  /** @type {Move[]} */
  const moves = instance.forced[g] ? [] : [{ size: 0, opens: 0, score: 0, tie: 0 }];
  let score = 0, tie = 0;
  for (let size = 1; size <= instance.high[g]; size++) {
    score += instance.score[instance.start[g] + size - 1];
    tie += instance.tie[instance.start[g] + size - 1];
    if (size >= instance.low[g]) moves.push({ size, opens: 1, score, tie });
  }
  return moves;
}

/**
 * Kecamatan that may be opened, or null where that is no limit.
 * @param {Rules} rules
 * @param {number} groups
 */
function limitOf(rules, groups) {
  if (rules.limit === null) return null;
  return !rules.exact && rules.limit >= Math.min(groups, rules.n) ? null : rules.limit;
}

/**
 * Whether the tables would be larger than a browser should hold, or sums no longer exact.
 * @param {Rules} rules
 * @param {number} groups
 */
export function tooLarge(rules, groups) {
  const limit = limitOf(rules, groups);
  const rows = limit === null ? 1 : limit + 1;
  return rules.n > LARGEST_SUM || (groups + 1) * rows * (rules.n + 1) > MOST_CELLS;
}

/**
 * The best list.
 * @param {Villages} villages
 * @param {Rules} rules
 * @param {Extra[]} [extra] rules across kecamatan
 * @returns {Answer}
 */
export function solve(villages, rules, extra = []) {
  /** @type {(kind: Answer["kind"], rest?: Partial<Answer>) => Answer} */
  const answer = (kind, rest = {}) => ({ kind, chosen: [], reachable: 0, broken: [], ...rest });
  for (const i of rules.inside) if (rules.outside.has(i)) return answer("none");
  const instance = arrange(villages, rules);
  if (!instance.possible) return answer("none");
  const groups = instance.low.length;
  if (tooLarge(rules, groups)) return answer("large");
  const limit = limitOf(rules, groups), rows = limit === null ? 1 : limit + 1, columns = rules.n + 1;
  const moves = instance.low.map((_unused, g) => movesOf(instance, g));
  // table[g][r * columns + m]: best sum when kecamatan g … give m villages and may open r more.
  const end = new Float64Array(rows * columns).fill(-Infinity);
  for (let r = 0; r < (rules.exact ? 1 : rows); r++) end[r * columns] = 0;
  const table = [end];
  // What can be given by the kecamatan from g on bounds the columns that are worth a look.
  for (let g = groups - 1; g >= 0; g--) table.unshift(prepend(table[0], moves[g], rows, columns));
  const goal = (rows - 1) * columns + rules.n;
  if (table[0][goal] === -Infinity) {
    let reachable = rules.n - 1;
    while (reachable > 0 && table[0][(rows - 1) * columns + reachable] === -Infinity) reachable--;
    return answer("none", { reachable });
  }
  let read = follow(table, null, moves, rows, columns);
  if (!read.unique) read = follow(table, tieTables(table, moves, rows, columns), moves, rows, columns);
  const chosen = read.sizes.flatMap((size, g) => instance.order.slice(instance.start[g], instance.start[g] + size));
  chosen.sort((a, b) => a - b);
  const broken = extra.filter(({ weight, least, most }) => {
    const sum = fsum(chosen.map((i) => weight[i]));
    return sum < least || sum > most;
  });
  return broken.length ? answer("extra", { broken }) : answer("best", { chosen });
}

/**
 * Best sums once one more kecamatan may take part.
 * @param {Float64Array} behind
 * @param {Move[]} moves
 * @param {number} rows
 * @param {number} columns
 */
function prepend(behind, moves, rows, columns) {
  const out = new Float64Array(behind.length).fill(-Infinity);
  for (const { size, opens, score } of moves) {
    const step = rows > 1 ? opens : 0;
    for (let r = step; r < rows; r++) {
      const to = r * columns + size, from = (r - step) * columns, width = columns - size;
      for (let m = 0; m < width; m++) {
        const sum = behind[from + m] + score;
        if (sum > out[to + m]) out[to + m] = sum;
      }
    }
  }
  return out;
}

/**
 * Most stunted children among the choices that are best in score, for every cell.
 * @param {Float64Array[]} table
 * @param {Move[][]} moves
 * @param {number} rows
 * @param {number} columns
 */
function tieTables(table, moves, rows, columns) {
  let behind = new Float64Array(table[0].length);
  const ties = [behind];
  for (let g = moves.length - 1; g >= 0; g--) {
    const own = new Float64Array(behind.length), here = table[g], next = table[g + 1];
    own.fill(-Infinity);
    for (const { size, opens, score, tie } of moves[g]) {
      const step = rows > 1 ? opens : 0;
      for (let r = step; r < rows; r++) {
        const to = r * columns + size, from = (r - step) * columns, width = columns - size;
        for (let m = 0; m < width; m++) {
          if (next[from + m] === -Infinity || next[from + m] + score !== here[to + m]) continue;
          const sum = behind[from + m] + tie;
          if (sum > own[to + m]) own[to + m] = sum;
        }
      }
    }
    ties.unshift(own);
    behind = own;
  }
  return ties;
}

/**
 * Follow the tables from the first kecamatan; among equals the largest number is taken.
 * @param {Float64Array[]} table
 * @param {Float64Array[] | null} ties
 * @param {Move[][]} moves
 * @param {number} rows
 * @param {number} columns
 */
function follow(table, ties, moves, rows, columns) {
  /** @type {number[]} */
  const sizes = [];
  let unique = true, row = rows - 1, left = columns - 1;
  for (let g = 0; g < moves.length; g++) {
    const here = row * columns + left;
    let last = null, options = 0;
    for (const { size, opens, score, tie } of moves[g]) {
      const after = row - (rows > 1 ? opens : 0), rest = left - size;
      if (after < 0 || rest < 0) continue;
      const cell = after * columns + rest;
      if (table[g + 1][cell] + score !== table[g][here]) continue;
      if (ties && ties[g + 1][cell] + tie !== ties[g][here]) continue;
      options++;
      last = { size, after, rest };
    }
    if (!last) throw new Error("the tables lead nowhere");
    unique &&= options === 1;
    sizes.push(last.size);
    row = last.after;
    left = last.rest;
  }
  return { sizes, unique };
}
