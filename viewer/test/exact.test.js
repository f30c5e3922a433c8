import assert from "node:assert/strict";
import { test } from "node:test";
import { fsum, quantise, readFloats, rint } from "../src/exact.js";

test("a sum is rounded once, whatever the order", () => {
  assert.equal(fsum([0.1, 0.2, 0.3, -0.6, 0.1]), fsum([0.3, 0.1, 0.1, 0.2, -0.6]));
  assert.equal(fsum(Array.from({ length: 10 }, () => 0.1)), 1);
  assert.equal(fsum([1e16, 1, 1e-16]), 10000000000000002);
  assert.equal(fsum([1, 1e100, 1, -1e100]), 2);
  assert.equal(fsum([]), 0);
});

test("halves are rounded to even", () => {
  assert.deepEqual([0.5, 1.5, 2.5, -0.5, 2.4, 2.6].map(rint).map((x) => x + 0), [0, 2, 2, 0, 2, 3]);
});

test("numbers equal by their decimals are equal, and the largest has twelve digits", () => {
  const { integers, unit } = quantise([0.1 + 0.2, 0.3, 0.6, NaN]);
  assert.deepEqual([...integers], [300000000000, 300000000000, 600000000000, 0]);
  assert.equal(unit, 1e-12);
  assert.deepEqual([...quantise([0, 0]).integers], [0, 0]);
  assert.deepEqual([...quantise([1, 10]).integers], [10000000000, 100000000000]);
});

test("floats come out of base64 with every digit", () => {
  const given = [0.1, -1e300, NaN, 5e-324];
  const packed = Buffer.from(new Float64Array(given).buffer).toString("base64");
  assert.deepEqual([...readFloats(packed)], given);
});
