import assert from "node:assert/strict";
import { test } from "node:test";
import { solve, tooLarge } from "../src/solve.js";

/** @typedef {import("../src/solve.js").Rules} Rules */

const GROUP = [0, 0, 0, 1, 1, 2, 2, 2];

/** @type {(change?: Partial<Rules>) => Rules} */
const rules = (change = {}) => ({
  n: 3, limit: null, exact: false, least: 0, most: null, quota: new Map(), inside: new Set(), outside: new Set(), ...change,
});

/**
 * Every list there is, tried: the largest sum, then the most children, then the codes that come first.
 * @param {number[]} value
 * @param {number[]} tie
 * @param {Rules} asked
 */
function byTrying(value, tie, asked) {
  /** @type {{ key: number[], list: number[] } | null} */
  let best = null;
  for (let bits = 0; bits < 1 << value.length; bits++) {
    const list = value.flatMap((_unused, i) => ((bits >> i) & 1 ? [i] : []));
    if (list.length !== asked.n || list.some((i) => asked.outside.has(i))) continue;
    if (![...asked.inside].every((i) => list.includes(i))) continue;
    const sizes = [0, 1, 2].map((g) => list.filter((i) => GROUP[i] === g).length), open = sizes.filter(Boolean).length;
    if (asked.limit !== null && (asked.exact ? open !== asked.limit : open > asked.limit)) continue;
    if (sizes.some((size) => size > 0 && (size < asked.least || size > (asked.most ?? 99)))) continue;
    const key = [list.reduce((sum, i) => sum + value[i], 0), list.reduce((sum, i) => sum + tie[i], 0), ...list.map((i) => -i)];
    /** @type {number} */
    const order = best ? key.map((x, k) => x - /** @type {any} */ (best).key[k]).find((x) => x !== 0) ?? 0 : 1;
    if (order > 0) best = { key, list };
  }
  return /** @type {any} */ (best)?.list ?? null;
}

test("the list is the best of all lists, ties included", () => {
  let seed = 1, found = 0;
  const random = (/** @type {number} */ n) => { seed = (seed * 48271) % 2147483647; return seed % n; };
  for (let round = 0; round < 400; round++) {
    const value = GROUP.map(() => random(4)), tie = GROUP.map(() => random(3)), limit = random(3) ? 1 + random(3) : null;
    const locks = [random(8), random(8)];
    const asked = rules({
      n: 1 + random(5), limit, exact: limit !== null && random(2) === 1, least: random(3), most: random(2) ? null : 2 + random(2),
      inside: new Set(random(3) ? [] : [locks[0]]), outside: new Set(random(3) || locks[0] === locks[1] ? [] : [locks[1]]),
    });
    const villages = { value: Float64Array.from(value), tie: Float64Array.from(tie), group: GROUP };
    const answer = solve(villages, asked), best = byTrying(value, tie, asked);
    assert.equal(answer.kind, best ? "best" : "none");
    if (best) { assert.deepEqual(answer.chosen, best); found++; }
  }
  assert.ok(found > 150);
});

test("what cannot be is said, with the most villages that can", () => {
  const villages = { value: new Float64Array(8).fill(0.5), tie: new Float64Array(8), group: GROUP };
  assert.deepEqual(solve(villages, rules({ n: 6, limit: 1 })), { kind: "none", chosen: [], reachable: 3, broken: [] });
  assert.equal(solve(villages, rules({ inside: new Set([1]), outside: new Set([1]) })).kind, "none");
  assert.equal(solve(villages, rules({ quota: new Map([[9, 1]]) })).kind, "none");
});

test("a rule across kecamatan that the best list breaks is named, and no list given", () => {
  const villages = { value: Float64Array.from([9, 8, 7, 1, 1, 1, 1, 1]), tie: new Float64Array(8), group: GROUP };
  const kept = { label: "lama", weight: Float64Array.from([0, 0, 0, 1, 1, 1, 1, 1]), least: 1, most: Infinity };
  assert.deepEqual(solve(villages, rules(), [kept]).broken, [kept]);
  assert.deepEqual(solve(villages, rules(), [{ ...kept, least: 0 }]).chosen, [0, 1, 2]);
});

test("tables that no browser should hold are refused", () => {
  assert.equal(tooLarge(rules({ n: 300, limit: 100 }), 240), false);
  assert.equal(tooLarge(rules({ n: 3000, limit: 200 }), 240), true);
});
