// Polygons out of the data of the page: shared arcs, drawn coarser from afar, and asked what lies where.

/** @typedef {[number, number, number, number]} Box west, north, east, south, in grid steps */
/** @typedef {{ numbers: number[][], box: Box, rings?: number[][] }} Shape */

/**
 * Base64 of variable-length integers; `step` reads one with a sign (zigzag).
 * @param {string} packed
 */
function reader(packed) {
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  let at = 0;
  const next = () => {
    let value = 0, scale = 1, byte;
    do { byte = bytes[at++]; value += (byte & 127) * scale; scale *= 128; } while (byte & 128);
    return value;
  };
  const step = () => { const z = next(); return z % 2 ? -(z + 1) / 2 : z / 2; };
  return { next, step };
}

/**
 * Each arc: a count of points, then their steps (dx, dy), running on from arc to arc.
 * @param {string} packed
 * @param {number} count
 */
function readArcs(packed, count) {
  const { next, step } = reader(packed);
  /** @type {Float64Array[]} */
  const arcs = [];
  for (let a = 0, x = 0, y = 0; a < count; a++) {
    const points = new Float64Array(2 * next());
    for (let i = 0; i < points.length; i += 2) {
      points[i] = x += step();
      points[i + 1] = y += step();
    }
    arcs.push(points);
  }
  return arcs;
}

/**
 * Each shape: counts of parts, rings and arcs, then arc numbers as steps from one to the next.
 * @param {string} packed
 * @param {number} count
 * @returns {number[][][][]}
 */
function readShapes(packed, count) {
  const { next, step } = reader(packed);
  let number = 0;
  /** @type {<T>(item: () => T) => T[]} */
  const list = (item) => Array.from({ length: next() }, item);
  return Array.from({ length: count }, () => list(() => list(() => list(() => (number += step())))));
}

// Points nearer than so many grid steps to the last one kept are left out of coarser copies. The ends of an arc
// always stay, so shared borders stay shared.
export const COARSENESS = [0, 3, 9, 27, 81];

/**
 * A ring is a list of arc numbers; ~k is arc k backwards. The first point of each arc after the first repeats.
 * @param {number[]} numbers
 * @param {ArrayLike<number>[]} from
 * @param {(x: number, y: number, first: boolean) => void} visit
 */
function walk(numbers, from, visit) {
  numbers.forEach((number, order) => {
    const arc = from[number < 0 ? ~number : number], size = arc.length / 2;
    for (let i = order ? 1 : 0; i < size; i++) {
      const j = 2 * (number < 0 ? size - 1 - i : i);
      visit(arc[j], arc[j + 1], !order && !i);
    }
  });
}

/**
 * @param {Box} box
 * @param {ArrayLike<number>} other
 */
export function around(box, other) {
  box[0] = Math.min(box[0], other[0]); box[1] = Math.min(box[1], other[1]);
  box[2] = Math.max(box[2], other[2]); box[3] = Math.max(box[3], other[3]);
}

/**
 * @param {{ map: any, villages: any, districts: any }} data
 */
export function readGeometry(data) {
  const arcs = readArcs(data.map.arcs, data.map.count);
  /** @type {ArrayLike<number>[][]} */
  const copies = [arcs];
  /** @type {(level: number) => ArrayLike<number>[]} */
  const arcsAt = (level) => copies[level] ??= arcs.map((arc) => {
    const apart = COARSENESS[level] ** 2, last = arc.length - 2;
    const closed = arc[0] === arc[last] && arc[1] === arc[last + 1];
    const kept = [arc[0], arc[1]];
    for (let i = 2; i < last; i += 2) {
      const dx = arc[i] - kept[kept.length - 2], dy = arc[i + 1] - kept[kept.length - 1];
      if (dx * dx + dy * dy >= apart) kept.push(arc[i], arc[i + 1]);
    }
    if (closed && kept.length < 6) return arc;
    kept.push(arc[last], arc[last + 1]);
    return kept;
  });

  /** @type {() => Box} */
  const nothing = () => [Infinity, Infinity, -Infinity, -Infinity];
  const arcBox = arcs.map((arc) => {
    const box = nothing();
    for (let i = 0; i < arc.length; i += 2) around(box, [arc[i], arc[i + 1], arc[i], arc[i + 1]]);
    return box;
  });
  /** @type {(parts: number[][][]) => Shape} */
  const shapeOf = (parts) => {
    const numbers = parts.flat(), box = nothing();
    for (const ring of numbers) for (const number of ring) around(box, arcBox[number < 0 ? ~number : number]);
    return { numbers, box };
  };
  /** @type {(shape: Shape) => number[][]} */
  const ringsOf = (shape) => (shape.rings ??= shape.numbers.map((numbers) => {
    /** @type {number[]} */
    const xy = [];
    walk(numbers, arcs, (x, y) => xy.push(x, y));
    return xy;
  }));

  return {
    villages: readShapes(data.villages.shapes, data.villages.name.length).map(shapeOf),
    outlines: readShapes(data.districts.shapes, data.districts.name.length).map(shapeOf),
    /** @type {(path: Path2D, shape: Shape, level: number) => Path2D} */
    trace(path, shape, level) {
      const from = arcsAt(level);
      for (const numbers of shape.numbers) {
        walk(numbers, from, (x, y, first) => (first ? path.moveTo(x, y) : path.lineTo(x, y)));
        path.closePath();
      }
      return path;
    },
    // Even-odd rule over all rings: parts add up, holes cancel.
    /** @type {(shape: Shape, x: number, y: number) => boolean} */
    holds(shape, x, y) {
      const [left, top, right, bottom] = shape.box;
      if (x < left || x > right || y < top || y > bottom) return false;
      let inside = false;
      for (const ring of ringsOf(shape)) {
        for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
          if (ring[i + 1] > y !== ring[j + 1] > y
            && x < ((ring[j] - ring[i]) * (y - ring[i + 1])) / (ring[j + 1] - ring[i + 1]) + ring[i]) inside = !inside;
        }
      }
      return inside;
    },
  };
}
