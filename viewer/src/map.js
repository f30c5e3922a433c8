// The map: drawn on a canvas, moved by hand, wheel, fingers and keys.
import { find, make } from "./dom.js";
import { COARSENESS, around, readGeometry } from "./shapes.js";

// Hatching: crossed grey lines mean no data, level ones masked for the public, rising ones a value that is not yet
// reliable: dark on light classes, white on dark ones.
/** @type {Record<string, { size: number, colour: string, slopes: number[] }>} */
const HATCHES = {
  missing: { size: 8, colour: "#9aa3a8", slopes: [1, -1] }, masked: { size: 5, colour: "#7d868b", slopes: [0] },
  weak: { size: 9, colour: "#1f2629", slopes: [1] }, weakLight: { size: 9, colour: "#ffffff", slopes: [1] },
};

/**
 * @param {CanvasRenderingContext2D} target
 * @param {string} kind
 */
export function hatch(target, kind) {
  const { size: s, colour, slopes } = HATCHES[kind];
  const tile = make("canvas");
  tile.width = tile.height = s;
  const p = /** @type {CanvasRenderingContext2D} */ (tile.getContext("2d"));
  p.strokeStyle = colour;
  p.lineWidth = 1;
  p.beginPath();
  for (const slope of slopes) {
    if (!slope) { p.moveTo(-1, s / 2); p.lineTo(s + 1, s / 2); continue; }
    for (const o of [-s, 0, s]) {
      p.moveTo(o - 1, slope > 0 ? s + 1 : -1);
      p.lineTo(o + s + 1, slope > 0 ? -1 : s + 1);
    }
  }
  p.stroke();
  return /** @type {CanvasPattern} */ (target.createPattern(tile, "repeat"));
}

/**
 * A circle of a legend or map; a hollow one stands for a value that is not yet reliable.
 * @param {CanvasRenderingContext2D} p
 * @param {number} x
 * @param {number} y
 * @param {number} r
 * @param {boolean} hollow
 */
export function circle(p, x, y, r, hollow) {
  p.beginPath();
  p.arc(x, y, Math.max(r, 0.8), 0, 2 * Math.PI);
  p.fillStyle = hollow ? "rgba(255, 255, 255, .8)" : "rgba(43, 106, 140, .85)";
  p.fill();
  p.strokeStyle = hollow ? "#2b6a8c" : "#fff";
  p.lineWidth = hollow ? 1.4 : Math.min(0.8, r / 4);
  p.stroke();
}

/**
 * @param {import("./app.js").App} app
 */
export function createMap(app) {
  const { data } = app, root = document.documentElement;
  const geometry = readGeometry(data), { villages, outlines, trace, holds } = geometry;
  const canvas = /** @type {HTMLCanvasElement} */ (find("canvas"));
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const tip = find("tip");

  // What is drawn and asked together: the villages of one kecamatan.
  /** @type {any[]} */
  const groups = outlines.map((outline) => ({ outline, box: [...outline.box], members: [], paths: null, border: null }));
  villages.forEach((shape, i) => {
    const group = groups[data.villages.district[i]];
    group.members.push(i);
    if (shape.numbers.length) around(group.box, shape.box);
  });

  // ---- view -------------------------------------------------------------------------------------------------

  const view = { scale: 1, x: 0, y: 0 };  // screen = grid * scale + (x, y), in CSS pixels
  const PAPER = { width: 193, height: 112, dots: 3 };  // millimetres, width as web_map.css has it; dots a pixel
  let onPaper = false;
  let home = 1, width = 0, height = 0, ratio = 1, hovered = -1, waiting = false, byHand = false;

  /** @type {(box: number[], part?: number, most?: number) => void} */
  function fit(box, part = 0.94, most = Infinity) {
    const scale = Math.min((part * width) / Math.max(box[2] - box[0], 1), (part * height) / Math.max(box[3] - box[1], 1), most);
    view.scale = scale;
    view.x = width / 2 - (scale * (box[0] + box[2])) / 2;
    view.y = height / 2 - (scale * (box[1] + box[3])) / 2;
  }

  function zoom(/** @type {number} */ factor, x = width / 2, y = height / 2) {
    const scale = Math.min(Math.max(view.scale * factor, home / 2), Math.max(home * 60, 6));
    view.x = x - ((x - view.x) * scale) / view.scale;
    view.y = y - ((y - view.y) * scale) / view.scale;
    view.scale = scale;
    redraw(true);
  }

  /** @type {(dx: number, dy: number) => void} */
  function pan(dx, dy) { view.x += dx; view.y += dy; redraw(true); }
  // With islands far off the page opens on the main body; buttons lead to the others and to all.
  const views = data.map.views;
  /** @type {(box: number[]) => void} */
  function show(box) { fit(box, 0.9); redraw(); }
  function goHome() {
    fit([0, 0, data.map.width, data.map.height]);
    home = view.scale;
    if (onPaper) return;
    // The legend lies on the map: where there is room, the land moves out from under it.
    const frame = canvas.getBoundingClientRect(), over = find("legend").getBoundingClientRect();
    const [west, north] = [view.x, view.y], [east, south] = [west + home * data.map.width, north + home * data.map.height];
    const right = over.left - frame.left, low = over.bottom - frame.top;
    if (right > width / 3) view.x -= Math.max(0, Math.min(east - right + 8, west - 8));
    else view.y += Math.max(0, Math.min(low + 8 - north, height - 44 - south));
  }
  function whole() { goHome(); redraw(); }

  function resize() {
    const box = find("map").getBoundingClientRect(), first = !width;
    const middle = [(width / 2 - view.x) / view.scale, (height / 2 - view.y) / view.scale];
    const atHome = !first && Math.abs(view.scale / home - 1) < 1e-9;
    width = onPaper ? (PAPER.width / 25.4) * 96 : box.width;
    height = onPaper ? (PAPER.height / 25.4) * 96 : box.height;
    ratio = onPaper ? PAPER.dots : window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
    if (first || atHome) {
      goHome();
      if (first && views.length) fit(views[0].box, 0.9);
    }
    else { view.x = width / 2 - middle[0] * view.scale; view.y = height / 2 - middle[1] * view.scale; }
    draw();
  }

  function redraw(hand = false) {
    byHand ||= hand;
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; draw(byHand); byHand = false; });
  }

  // ---- drawing ----------------------------------------------------------------------------------------------

  const patterns = Object.fromEntries(Object.keys(HATCHES).map((kind) => [kind, hatch(pen, kind)]));
  const side = Math.max(data.map.width, data.map.height);
  /** @type {(count: number) => number} */
  const usual = (count) => Math.sqrt((data.map.width * data.map.height) / Math.max(count, 1)) / 2;
  const typical = usual(villages.length), district = usual(groups.length);  // sizes in grid steps, roughly
  /** @type {any[]} */
  let shown = [];  // groups within the window

  // Paths of a group for what is in view and a coarseness: one for each class, made when first needed.
  /** @type {(group: any, level: number) => any} */
  function pathsOf(group, level) {
    if (group.paths?.version === app.version && group.paths.level === level) return group.paths;
    const { of, classes, unsure } = app.layer(), number = app.numbers();
    const paths = {
      version: app.version, level, fills: classes.map(() => null), weak: classes.map(() => null), all: new Path2D(),
      /** @type {Path2D | null} */ proposed: null,
    };
    for (const i of group.members) {
      if (!villages[i].numbers.length) continue;
      trace((paths.fills[of[i]] ??= new Path2D()), villages[i], level);
      trace(paths.all, villages[i], level);
      if (unsure.has(i)) trace((paths.weak[of[i]] ??= new Path2D()), villages[i], level);
      if (number[i] > 0) trace((paths.proposed ??= new Path2D()), villages[i], level);
    }
    if (group.border?.level !== level) group.border = { level, path: trace(new Path2D(), group.outline, level) };
    return (group.paths = paths);
  }

  /** @type {(box: number[]) => boolean} */
  const inside = (box) => box[2] * view.scale + view.x >= 0 && box[0] * view.scale + view.x <= width
    && box[3] * view.scale + view.y >= 0 && box[1] * view.scale + view.y <= height;

  // While a hand moves a map that takes long to draw, its last full drawing stands in, over the widest one there
  // is of the same content, so that what comes into view is blurred rather than blank.
  /** @type {(() => { canvas: HTMLCanvasElement, scale: number, x: number, y: number, version: number })} */
  const picture = () => ({ canvas: /** @type {HTMLCanvasElement} */ (make("canvas")), scale: 0, x: 0, y: 0, version: -1 });
  const still = picture(), widest = picture();
  const SLOW = 25;  // milliseconds from one frame to the next after a full drawing: too many to follow a hand
  let took = 0, settling = 0, painted = 0, last = 0;

  /** @type {(into: ReturnType<typeof picture>) => void} */
  function keep(into) {
    if (into.canvas.width !== canvas.width || into.canvas.height !== canvas.height) {
      into.canvas.width = canvas.width; into.canvas.height = canvas.height;
    }
    /** @type {CanvasRenderingContext2D} */ (into.canvas.getContext("2d")).drawImage(canvas, 0, 0);
    Object.assign(into, view, { version: app.version });
  }

  /** @type {(from: ReturnType<typeof picture>) => void} */
  function lay(from) {
    const k = view.scale / from.scale;
    pen.drawImage(from.canvas, view.x - from.x * k, view.y - from.y * k, width * k, height * k);
  }

  const fits = (/** @type {ReturnType<typeof picture>} */ one) => one.version === app.version
    && one.canvas.width === canvas.width && one.canvas.height === canvas.height;

  // Whether the picture that stands in shows too little of the window, or too coarsely: in a long movement the map
  // is drawn anew now and then, for a sixth of the time at most, unless that stops the hand for too long.
  function worn() {
    const k = view.scale / still.scale, left = view.x - still.x * k, top = view.y - still.y * k;
    const covered = Math.max(0, Math.min(width, left + width * k) - Math.max(0, left))
      * Math.max(0, Math.min(height, top + height * k) - Math.max(0, top));
    return k > 1.8 || covered < 0.7 * width * height;
  }

  function draw(moving = false) {
    clearTimeout(settling);
    const slow = took > SLOW && fits(still);
    const there = slow && still.scale === view.scale && still.x === view.x && still.y === view.y;
    if (slow && (there || (moving && !(worn() && took < 150 && performance.now() - last > 6 * took)))) {
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.fillStyle = "#eef2f3";
      pen.fillRect(0, 0, width, height);
      if (!there && fits(widest) && widest.scale < still.scale) lay(widest);
      lay(still);
      root.dataset.zoom = (view.scale / home).toFixed(2);
      if (there) markHovered();
      else settling = window.setTimeout(draw, 140);
      return;
    }
    const start = last = performance.now(), own = ++painted;
    paint();
    if (hovered < 0) {
      // A browser draws later than it is told to: the next frame says how long it took.
      requestAnimationFrame(() => {
        if (own !== painted) return;
        took = performance.now() - start;
        root.dataset.took = took.toFixed(0);
        if (took <= SLOW) return;
        keep(still);
        if (!fits(widest) || view.scale <= widest.scale) keep(widest);
      });
    }
    markHovered();
  }

  function markHovered() {
    if (hovered < 0) return;
    pen.setTransform(ratio * view.scale, 0, 0, ratio * view.scale, ratio * view.x, ratio * view.y);
    ring(hovered, "#14506b", 2);
  }

  /** @type {(i: number, colour: string, size: number) => void} */
  function ring(i, colour, size) {
    pen.strokeStyle = colour;
    pen.lineWidth = size / view.scale;
    pen.stroke(trace(new Path2D(), villages[i], coarseness()));
  }

  const coarseness = () => COARSENESS.findLastIndex((apart) => apart * view.scale <= 0.75);

  function paint() {
    const k = view.scale;
    const level = coarseness();
    const { classes, symbols, outlined, key } = app.layer();
    /** @type {(path: Path2D, colour: string, size: number) => void} */
    const line = (path, colour, size) => { pen.strokeStyle = colour; pen.lineWidth = size / k; pen.stroke(path); };
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = "#eef2f3";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.setTransform(ratio * k, 0, 0, ratio * k, ratio * view.x, ratio * view.y);
    pen.lineJoin = "round";
    for (const p of Object.values(patterns)) p.setTransform(new DOMMatrix([1 / k, 0, 0, 1 / k, 0, 0]));
    shown = groups.filter((group) => inside(group.box));
    const fine = typical * k > 3, near = Math.min(1, Math.max(0.3, (typical * k) / 8));
    const drawn = shown.map((group) => pathsOf(group, level));
    for (const paths of drawn) {
      paths.fills.forEach((/** @type {Path2D | null} */ path, /** @type {number} */ c) => {
        if (!path) return;
        pen.fillStyle = classes[c].colour;
        pen.fill(path, "evenodd");
        if (!fine) line(path, classes[c].colour, 0.7);  // no light seams between villages of a pixel or two
        else if (classes[c].pattern) { pen.fillStyle = patterns[classes[c].pattern]; pen.fill(path, "evenodd"); }
        if (paths.weak[c] && fine && !symbols) {
          pen.fillStyle = patterns[classes[c].light ? "weakLight" : "weak"];
          pen.fill(paths.weak[c], "evenodd");
        }
      });
    }
    if (fine) for (const paths of drawn) line(paths.all, "#8f999e", 0.6 * near);
    if (district * k > 8) for (const group of shown) line(group.border.path, "#4c565b", 1.5 * near);
    if (outlined && fine) for (const { proposed } of drawn) {
      if (proposed) { line(proposed, "#fff", 4.2 * near); line(proposed, "#111", 2 * near); }
    }
    for (const i of app.locked()) {
      if (!villages[i].numbers.length) continue;
      pen.setLineDash([5 / k, 4 / k]);
      line(trace(new Path2D(), villages[i], level), "#6b1d6f", 2.6);
      pen.setLineDash([]);
    }
    if (app.chosen >= 0) for (const [colour, size] of /** @type {const} */ ([["#fff", 6], ["#14506b", 3]])) ring(app.chosen, colour, size);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (symbols) circles(symbols);
    if (app.trying()) watermark();
    letter();
    scaleBar();
    root.dataset.drawn = String(villages.reduce((n, shape) => n + Number(shape.numbers.length > 0), 0));
    root.dataset.layer = key;
    root.dataset.zoom = (k / home).toFixed(2);
  }

  // A trial says so on the map itself, wherever it is printed or photographed.
  function watermark() {
    pen.save();
    pen.translate(width / 2, height / 2);
    pen.rotate(-Math.atan2(height, width) * 0.8);
    pen.textAlign = "center"; pen.textBaseline = "middle";
    pen.font = `800 ${Math.max(16, Math.min(64, width / 17))}px sans-serif`;
    pen.fillStyle = "rgba(143, 63, 0, .17)";
    for (const row of [-1, 0, 1]) pen.fillText(data.text.trialMark, 0, row * height * 0.42);
    pen.restore();
  }

  // Circles of proportional area; they grow with the square root of the zoom, and the legend with them.
  /** @type {(symbols: any, value: number) => number} */
  const radiusOf = (symbols, value) => symbols.radius * side * home * Math.sqrt(view.scale / home) * Math.sqrt(value / symbols.largest);

  function circles(/** @type {any} */ symbols) {
    const { unsure } = app.layer();
    const members = shown.flatMap((group) => group.members).filter((i) => symbols.values[i] > 0 && data.villages.spot[i]);
    members.sort((a, b) => symbols.values[b] - symbols.values[a]);
    for (const i of members) {
      const [x, y] = data.villages.spot[i];
      circle(pen, x * view.scale + view.x, y * view.scale + view.y, radiusOf(symbols, symbols.values[i]), unsure.has(i));
    }
    const sample = find("sizes");
    if (!sample) return;
    const radii = symbols.examples.map((/** @type {number} */ value) => radiusOf(symbols, value));
    const tall = Math.max(2 * radii[0], 17 * radii.length) + 6;
    sample.width = 240 * ratio; sample.height = tall * ratio;
    sample.style.height = `${tall}px`;
    const p = sample.getContext("2d");
    p.scale(ratio, ratio);
    p.font = `13px ${getComputedStyle(document.body).fontFamily}`;
    p.textBaseline = "middle";
    const bottom = tall / 2 + radii[0], x = Math.max(radii[0], 12) + 2;
    radii.forEach((/** @type {number} */ r, /** @type {number} */ n) => {
      const y = tall / 2 + (n - (radii.length - 1) / 2) * 17, out = 2 * x + 16;
      p.beginPath(); p.arc(x, bottom - r, r, 0, 2 * Math.PI);
      p.fillStyle = "rgba(43, 106, 140, .25)"; p.fill();
      p.strokeStyle = "#2b6a8c"; p.lineWidth = 1; p.stroke();
      p.beginPath(); p.moveTo(x, bottom - 2 * r); p.lineTo(out - 6, y); p.strokeStyle = "#5c666c"; p.stroke();
      p.fillStyle = "#22282c"; p.fillText(symbols.labels[n], out, y);
    });
  }

  // Numbers first, then the kecamatan that have lokus, all of them; then other kecamatan and villages where they
  // fit. Nothing is written over another, nor under what lies on the map.
  function letter() {
    const cells = new Map();  // boxes in use, by the cells of 48 pixels that they touch
    /** @type {(box: number[], ask?: boolean) => boolean} */
    const free = (box, ask = false) => {
      const touched = [];
      for (let c = Math.floor(box[0] / 48); c <= box[2] / 48; c++) {
        for (let r = Math.floor(box[1] / 48); r <= box[3] / 48; r++) touched.push(c * 1e5 + r);
      }
      const clash = (/** @type {number[]} */ u) => box[0] < u[2] && u[0] < box[2] && box[1] < u[3] && u[1] < box[3];
      if (touched.some((cell) => cells.get(cell)?.some(clash))) return false;
      if (!ask) for (const cell of touched) cells.has(cell) ? cells.get(cell).push(box) : cells.set(cell, [box]);
      return true;
    };
    /** @type {(x: number, y: number, w: number, h: number) => number[]} */
    const boxAt = (x, y, w, h) => [x - w / 2, y - h / 2, x + w / 2, y + h / 2];
    const frame = canvas.getBoundingClientRect();
    for (const id of onPaper ? [] : ["legend", "buttons", "parts"]) {
      const over = find(id).getBoundingClientRect();
      if (over.width) free([over.left - frame.left, over.top - frame.top, over.right - frame.left, over.bottom - frame.top]);
    }
    /** @type {(at: number[]) => number[]} */
    const spot = ([x, y]) => [x * view.scale + view.x, y * view.scale + view.y];
    /** @type {(x: number, y: number) => boolean} */
    const seen = (x, y) => x > -40 && y > -20 && x < width + 40 && y < height + 20;
    /** @type {(words: string, x: number, y: number, font: string, colour: string) => void} */
    const write = (words, x, y, font, colour) => {
      pen.font = font;
      pen.lineWidth = 3;
      pen.strokeStyle = "rgba(255, 255, 255, .85)";
      pen.strokeText(words, x, y);
      pen.fillStyle = colour;
      pen.fillText(words, x, y);
    };
    const face = getComputedStyle(document.body).fontFamily;
    const { symbols } = app.layer(), number = app.numbers(), list = app.list();
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    if (typical * view.scale > 5 || list.length < 500) list.forEach((i) => {
      if (!data.villages.spot[i]) return;
      let [x, y] = spot(data.villages.spot[i]);
      if (!seen(x, y)) return;
      if (symbols?.values[i] > 0) {  // beside its circle, not on it
        const aside = 0.7 * (radiusOf(symbols, symbols.values[i]) + 9);
        x += aside; y -= aside;
      }
      const r = 9 + 3 * Math.max(0, String(number[i]).length - 2);
      const room = free(boxAt(x, y, 2 * r + 2, 2 * r + 2));
      if (!room && typical * view.scale < 4) return;
      pen.beginPath();
      pen.arc(x, y, room ? r : 3, 0, 2 * Math.PI);
      pen.fillStyle = "#fff"; pen.fill();
      pen.strokeStyle = "#22282c"; pen.lineWidth = 1.2; pen.stroke();
      if (room) { pen.font = `700 11px ${face}`; pen.fillStyle = "#22282c"; pen.fillText(String(number[i]), x, y + 0.5); }
    });
    const wanted = new Set(list.map((i) => data.villages.district[i])), labelled = [];
    const districts = data.districts.name.map((/** @type {string} */ name, /** @type {number} */ i) => ({ name: name.toUpperCase(), i }));
    districts.sort((/** @type {any} */ a, /** @type {any} */ b) => Number(wanted.has(b.i)) - Number(wanted.has(a.i)) || a.i - b.i);
    const must = wanted.size <= 60 ? wanted : new Set();
    for (const { name, i } of districts) {
      if (!data.districts.spot[i]) continue;
      const [middle, y] = spot(data.districts.spot[i]);
      let x = middle;
      const box = outlines[i].box, wide = (box[2] - box[0]) * view.scale * 1.25;
      if (!seen(x, y) || (!must.has(i) && wide < 5 * name.length)) continue;
      pen.font = `700 12px ${face}`;
      const size = pen.measureText(name).width;
      if (!must.has(i) && size > wide) continue;
      if (x > 0 && x < width) x = Math.min(Math.max(x, size / 2 + 6), width - size / 2 - 6);
      const within = (/** @type {number} */ sx, /** @type {number} */ sy) => holds(outlines[i], (sx - view.x) / view.scale, (sy - view.y) / view.scale);
      const near = [0, -18, 18, -34, 34].filter((shift) => !shift || within(x, y + shift)).map((shift) => [x, y + shift]);
      // A kecamatan with lokus is named in any case: further off with a line that leads to it, smaller, last over others.
      const far = must.has(i) && x > 0 && x < width && y > 0 && y < height ? around8(x, y, size) : [];
      const place = [...near, ...far].find(([px, py]) => free(boxAt(px, py, size + 6, 15), true));
      const [px, py] = place ?? [x, y];
      if (!place && !must.has(i)) continue;
      free(boxAt(px, py, size + 6, 15));
      if (!within(px, py) && Math.hypot(px - x, py - y) > 20) {
        pen.strokeStyle = "#2f4858"; pen.lineWidth = 1;
        pen.beginPath(); pen.moveTo(px, py + (py < y ? 8 : -8)); pen.lineTo(x, y); pen.stroke();
      }
      write(name, px, py, `700 12px ${face}`, "#2f4858");
      if (must.has(i)) labelled.push(i);
    }
    for (const i of app.left()) {  // so that a grey print tells them too
      if (!data.villages.spot[i]) continue;
      const [x, y] = spot(data.villages.spot[i]);
      for (const [colour, size] of /** @type {const} */ ([["#fff", 5], ["#22282c", 2]])) {
        pen.strokeStyle = colour; pen.lineWidth = size;
        pen.beginPath(); pen.moveTo(x - 5, y - 5); pen.lineTo(x + 5, y + 5); pen.moveTo(x + 5, y - 5); pen.lineTo(x - 5, y + 5); pen.stroke();
      }
    }
    root.dataset.labelled = String(labelled.length);
    if (view.scale < home * 2 || typical * view.scale < 12) return;
    for (const i of shown.flatMap((group) => group.members)) {
      const name = data.villages.name[i];
      if (!data.villages.spot[i]) continue;
      const [x, top] = spot(data.villages.spot[i]), y = number[i] > 0 ? top + 19 : top;
      pen.font = `400 12px ${face}`;
      const size = pen.measureText(name).width, box = villages[i].box;
      if (!seen(x, y) || size > (box[2] - box[0]) * view.scale) continue;
      if (free(boxAt(x, y, size + 4, 15))) write(name, x, y, `400 12px ${face}`, "#22282c");
    }
  }

  /** @type {(x: number, y: number, size: number) => number[][]} */
  function around8(x, y, size) {
    const places = [];
    for (const distance of [30, 48, 66, 90, 120, 150]) {
      for (const turn of [0, 4, 2, 6, 1, 3, 5, 7]) {
        const px = x + Math.sin((turn * Math.PI) / 4) * (distance + size / 3), py = y - Math.cos((turn * Math.PI) / 4) * distance;
        if (px > size / 2 + 4 && px < width - size / 2 - 4 && py > 10 && py < height - 10) places.push([px, py]);
      }
    }
    return places;
  }

  function scaleBar() {
    const metre = view.scale / data.map.grid;  // pixels a metre
    const longest = Math.min(160, width / 3) / metre;
    const power = 10 ** Math.floor(Math.log10(longest));
    const length = [5, 2, 1].map((s) => s * power).find((l) => l <= longest) ?? power;
    const label = length >= 1000 ? `${length / 1000} km` : `${length} m`;
    const x = 14, y = height - 16, w = length * metre;
    pen.fillStyle = "rgba(255, 255, 255, .8)";
    pen.fillRect(x - 6, y - 20, w + 12, 28);
    pen.strokeStyle = "#22282c"; pen.lineWidth = 1.5;
    pen.beginPath(); pen.moveTo(x, y - 5); pen.lineTo(x, y); pen.lineTo(x + w, y); pen.lineTo(x + w, y - 5); pen.stroke();
    pen.font = "12px sans-serif"; pen.textAlign = "left"; pen.textBaseline = "alphabetic"; pen.fillStyle = "#22282c";
    pen.fillText(label, x + 4, y - 6);
  }

  // ---- hands ------------------------------------------------------------------------------------------------

  /** @type {(event: MouseEvent) => [number, number]} */
  const at = (event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  /** @type {(x: number, y: number) => number} */
  const under = (x, y) => {
    const gx = (x - view.x) / view.scale, gy = (y - view.y) / view.scale;
    for (const group of groups) {
      const [left, top, right, bottom] = group.box;
      if (gx < left || gx > right || gy < top || gy > bottom) continue;
      const i = group.members.findLast((/** @type {number} */ member) => holds(villages[member], gx, gy));
      if (i !== undefined) return i;
    }
    return -1;
  };
  /** @type {Map<number, [number, number]>} */
  const touches = new Map();
  let moved = 0;

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    if (!touches.size) moved = 0;
    touches.set(event.pointerId, at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    const here = at(event), before = touches.get(event.pointerId);
    if (!before) { hover(here, event.pointerType); return; }
    moved += Math.hypot(here[0] - before[0], here[1] - before[1]);
    if (touches.size === 2) {
      const other = /** @type {[number, [number, number]]} */ ([...touches].find(([id]) => id !== event.pointerId))[1];
      const old = Math.hypot(before[0] - other[0], before[1] - other[1]);
      const now = Math.hypot(here[0] - other[0], here[1] - other[1]);
      pan((here[0] - before[0]) / 2, (here[1] - before[1]) / 2);
      if (old > 0) zoom(now / old, (here[0] + other[0]) / 2, (here[1] + other[1]) / 2);
    } else if (moved > 4) {
      tip.hidden = true;
      pan(here[0] - before[0], here[1] - before[1]);
    }
    touches.set(event.pointerId, here);
  });
  for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
    canvas.addEventListener(name, (event) => {
      if (name === "pointerup" && touches.size === 1 && moved <= 4) app.choose(under(...at(event)));
      touches.delete(event.pointerId);
    });
  }
  canvas.addEventListener("pointerleave", () => { tip.hidden = true; if (hovered >= 0) { hovered = -1; redraw(); } });

  /** @type {(where: [number, number], kind: string) => void} */
  function hover([x, y], kind) {
    const i = kind === "mouse" ? under(x, y) : -1;
    tip.hidden = i < 0;
    if (i >= 0) {
      const { of, classes, values } = app.layer(), own = classes[of[i]], words = own.label || own.limits;
      tip.replaceChildren(make("strong", data.villages.name[i]), make("br"),
        data.districts.name[data.villages.district[i]], make("br"), values[i] ? `${values[i]} · ${words}` : words);
      tip.style.left = `${Math.max(4, Math.min(x + 14, width - tip.offsetWidth - 4))}px`;
      tip.style.top = `${y + 18 + tip.offsetHeight > height ? y - tip.offsetHeight - 10 : y + 18}px`;
    }
    if (i !== hovered) { hovered = i; redraw(); }
  }

  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(-Math.max(-60, Math.min(60, event.deltaY * (event.deltaMode ? 16 : 1))) / 180), ...at(event));
  }, { passive: false });
  canvas.addEventListener("dblclick", (event) => zoom(2, ...at(event)));
  canvas.addEventListener("keydown", (event) => {
    /** @type {Record<string, () => void>} */
    const acts = {
      ArrowLeft: () => pan(60, 0), ArrowRight: () => pan(-60, 0), ArrowUp: () => pan(0, 60), ArrowDown: () => pan(0, -60),
      "+": () => zoom(1.4), "=": () => zoom(1.4), "-": () => zoom(1 / 1.4), 0: whole, Escape: () => app.choose(-1),
      Enter: () => app.choose(under(width / 2, height / 2)),
    };
    const act = acts[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  find("in").addEventListener("click", () => zoom(1.6));
  find("out").addEventListener("click", () => zoom(1 / 1.6));
  find("all").addEventListener("click", whole);
  if (views.length) {
    const parts = find("parts");
    for (const entry of views) {
      const node = make("button", entry.name);
      node.type = "button";
      node.addEventListener("click", () => show(entry.box));
      parts.append(node);
    }
    const every = make("button", data.text.whole);
    every.type = "button";
    every.addEventListener("click", whole);
    parts.append(every);
    parts.setAttribute("aria-label", data.text.parts);
    parts.hidden = false;
  }

  return {
    resize, redraw, draw,
    /** For paper, as many millimetres high; for the screen with 0. */
    /** @type {(tall: number) => void} */
    paper(tall) {
      onPaper = tall > 0;
      PAPER.height = tall;
      find("map").style.setProperty("--paper", `${tall}mm`);
      resize();
    },
    /** @type {(i: number) => boolean} */
    hasPolygon: (i) => villages[i].numbers.length > 0,
    /** @type {(i: number) => void} */
    lookAt(i) {
      if (!villages[i].numbers.length) return;
      fit(villages[i].box, 0.35, Math.max(home * 12, 40 / typical));
      if (view.scale < home) whole();
    },
  };
}
