// Arithmetic that gives the digits Python gives: sums rounded once, rounding half to even, decimal quantisation.

const DIGITS = 12;
const POWER_LIMIT = 308;
const POWERS = Array.from({ length: 2 * POWER_LIMIT + 1 }, (_unused, i) => Number(`1e${i - POWER_LIMIT}`));

/**
 * Correctly rounded sum (Shewchuk): it does not depend on the order.
 * @param {Iterable<number>} values finite
 * @returns {number}
 */
export function fsum(values) {
  /** @type {number[]} */
  const partials = [];
  for (const value of values) {
    let x = value, kept = 0;
    for (let y of partials) {
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y, low = y - (high - x);
      if (low) partials[kept++] = low;
      x = high;
    }
    partials.length = kept;
    partials.push(x);
  }
  let n = partials.length - 1;
  if (n < 0) return 0;
  let high = partials[n], low = 0;
  while (n > 0) {
    const x = high, y = partials[--n];
    high = x + y;
    low = y - (high - x);
    if (low) break;
  }
  // Half-way cases: the part below decides, so that the sum is rounded half to even of the exact value.
  if (n > 0 && ((low < 0 && partials[n - 1] < 0) || (low > 0 && partials[n - 1] > 0))) {
    const twice = 2 * low, x = high + twice;
    if (twice === x - high) high = x;
  }
  return high;
}

/**
 * Nearest whole number, half to even.
 * @param {number} x
 */
export function rint(x) {
  const down = Math.floor(x), rest = x - down;
  if (rest < 0.5) return down;
  if (rest > 0.5) return down + 1;
  return down % 2 === 0 ? down : down + 1;
}

/**
 * Whole multiples of a decimal unit such that the largest has twelve digits; NaN counts as 0.
 * @param {ArrayLike<number>} values
 * @returns {{ integers: Float64Array, unit: number }}
 */
export function quantise(values) {
  let largest = 0;
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i]) > largest) largest = Math.abs(values[i]);
  let shift = 0;
  if (largest > 0) {
    let digits = -POWER_LIMIT;
    while (digits <= POWER_LIMIT && POWERS[digits + POWER_LIMIT] <= largest) digits++;
    shift = Math.min(DIGITS - digits, POWER_LIMIT);
  }
  const power = POWERS[shift + POWER_LIMIT];
  const integers = Float64Array.from(values, (value) => (value === value ? rint(value * power) : 0));
  return { integers, unit: POWERS[POWER_LIMIT - shift] };
}

/**
 * Float64 numbers out of base64; NaN stands for a missing value.
 * @param {string} packed
 * @returns {Float64Array}
 */
export function readFloats(packed) {
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: bytes.length / 8 }, (_unused, i) => view.getFloat64(8 * i, true));
}
