"use strict";
// Viewer of one study: everything it shows is in the data block of this page; it asks the network for nothing.
// Input text reaches the page through textContent and canvas text only, so markup in it stays text.
(async () => {
  const root = document.documentElement;
  const find = (id) => document.getElementById(id);
  const data = JSON.parse(await unpack(find("data")));
  const text = data.text;
  const canvas = find("canvas");
  const pen = canvas.getContext("2d");
  const tip = find("tip");

  // A large study is packed: deflated, then base64.
  async function unpack(block) {
    if (!block.dataset.packed) return block.textContent;
    const bytes = Uint8Array.from(atob(block.textContent.trim()), (c) => c.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
  }

  // ---- geometry ---------------------------------------------------------------------------------------------

  // Base64 of variable-length integers; `step` reads one with a sign (zigzag).
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

  // Each arc: a count of points, then their steps (dx, dy), running on from arc to arc.
  function readArcs(packed, count) {
    const { next, step } = reader(packed);
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

  // Each shape: counts of parts, rings and arcs, then arc numbers as steps from one to the next.
  function readShapes(packed, count) {
    const { next, step } = reader(packed);
    let number = 0;
    const list = (item) => Array.from({ length: next() }, item);
    return Array.from({ length: count }, () => list(() => list(() => list(() => (number += step())))));
  }

  const arcs = readArcs(data.map.arcs, data.map.count);

  // Coarser copies for a map seen from afar: points nearer than `apart` grid steps to the last one kept are
  // left out. The ends of an arc always stay, so shared borders stay shared.
  const COARSENESS = [0, 3, 9, 27, 81];
  const copies = [arcs];
  function arcsAt(level) {
    copies[level] ??= arcs.map((arc) => {
      const apart = COARSENESS[level] ** 2, end = arc.length - 2;
      const closed = arc[0] === arc[end] && arc[1] === arc[end + 1];
      const kept = [arc[0], arc[1]];
      for (let i = 2; i < end; i += 2) {
        const dx = arc[i] - kept.at(-2), dy = arc[i + 1] - kept.at(-1);
        if (dx * dx + dy * dy >= apart) kept.push(arc[i], arc[i + 1]);
      }
      if (closed && kept.length < 6) return arc;
      kept.push(arc[end], arc[end + 1]);
      return kept;
    });
    return copies[level];
  }

  // A ring is a list of arc numbers; ~k is arc k backwards. The first point of each arc after the first repeats.
  function walk(numbers, from, visit) {
    numbers.forEach((number, order) => {
      const arc = from[number < 0 ? ~number : number];
      const size = arc.length / 2;
      for (let i = order ? 1 : 0; i < size; i++) {
        const j = 2 * (number < 0 ? size - 1 - i : i);
        visit(arc[j], arc[j + 1], !order && !i);
      }
    });
  }

  function trace(path, shape, level) {
    const from = arcsAt(level);
    for (const numbers of shape.numbers) {
      walk(numbers, from, (x, y, first) => (first ? path.moveTo(x, y) : path.lineTo(x, y)));
      path.closePath();
    }
    return path;
  }

  const around = (box, other) => {
    box[0] = Math.min(box[0], other[0]); box[1] = Math.min(box[1], other[1]);
    box[2] = Math.max(box[2], other[2]); box[3] = Math.max(box[3], other[3]);
    return box;
  };
  const nothing = () => [Infinity, Infinity, -Infinity, -Infinity];
  const arcBox = arcs.map((arc) => {
    const box = nothing();
    for (let i = 0; i < arc.length; i += 2) around(box, [arc[i], arc[i + 1], arc[i], arc[i + 1]]);
    return box;
  });

  function shapeOf(parts) {
    const numbers = parts.flat(), box = nothing();
    for (const ring of numbers) for (const number of ring) around(box, arcBox[number < 0 ? ~number : number]);
    return { numbers, box };
  }

  const ringsOf = (shape) => (shape.rings ??= shape.numbers.map((numbers) => {
    const xy = [];
    walk(numbers, arcs, (x, y) => xy.push(x, y));
    return xy;
  }));

  const villages = readShapes(data.villages.shapes, data.villages.name.length).map(shapeOf);
  const outlines = readShapes(data.districts.shapes, data.districts.name.length).map(shapeOf);

  // What is drawn and asked together: the villages of one kecamatan.
  const groups = outlines.map((outline) => ({ outline, box: [...outline.box], members: [], paths: null }));
  villages.forEach((shape, i) => {
    const group = groups[data.villages.district[i]];
    group.members.push(i);
    if (shape.numbers.length) around(group.box, shape.box);
  });

  // Even-odd rule over all rings: parts add up, holes cancel.
  function holds(shape, x, y) {
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
  }

  // ---- view -------------------------------------------------------------------------------------------------

  const view = { scale: 1, x: 0, y: 0 };  // screen = grid * scale + (x, y), in CSS pixels
  let home = 1, width = 0, height = 0, ratio = 1;
  let layer = 0, chosen = -1, hovered = -1, waiting = false, moving = false;

  function fit(box, fill = 0.94, most = Infinity) {
    const scale = Math.min((fill * width) / Math.max(box[2] - box[0], 1), (fill * height) / Math.max(box[3] - box[1], 1), most);
    view.scale = scale;
    view.x = width / 2 - (scale * (box[0] + box[2])) / 2;
    view.y = height / 2 - (scale * (box[1] + box[3])) / 2;
  }

  function zoom(factor, x = width / 2, y = height / 2) {
    const scale = Math.min(Math.max(view.scale * factor, home / 2), Math.max(home * 60, 6));
    view.x = x - ((x - view.x) * scale) / view.scale;
    view.y = y - ((y - view.y) * scale) / view.scale;
    view.scale = scale;
    redraw(true);
  }

  function pan(dx, dy) { view.x += dx; view.y += dy; redraw(true); }
  // With islands far off the page opens on the main body; buttons lead to the others and to all.
  const views = data.map.views;
  function show(box) { fit(box, 0.9); redraw(); }
  function whole() { fit([0, 0, data.map.width, data.map.height]); home = view.scale; redraw(); }

  function resize() {
    const box = find("map").getBoundingClientRect();
    const first = !width;
    const middle = [(width / 2 - view.x) / view.scale, (height / 2 - view.y) / view.scale];
    width = box.width; height = box.height;
    ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
    if (first) {
      fit([0, 0, data.map.width, data.map.height]);
      home = view.scale;
      if (views.length) fit(views[0].box, 0.9);
    }
    else { view.x = width / 2 - middle[0] * view.scale; view.y = height / 2 - middle[1] * view.scale; }
    draw();
  }

  function redraw(byHand = false) {
    moving ||= byHand;
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; draw(moving); moving = false; });
  }

  // ---- drawing ----------------------------------------------------------------------------------------------

  // Hatching: crossed grey lines mean no data, level ones masked for the public, rising ones a value that is
  // not yet reliable: dark on light classes, white on dark ones.
  const HATCHES = {
    missing: { size: 8, colour: "#9aa3a8", slopes: [1, -1] }, masked: { size: 5, colour: "#7d868b", slopes: [0] },
    weak: { size: 9, colour: "#1f2629", slopes: [1] }, weakLight: { size: 9, colour: "#ffffff", slopes: [1] },
  };
  function hatch(target, kind) {
    const { size: s, colour, slopes } = HATCHES[kind];
    const tile = document.createElement("canvas");
    tile.width = tile.height = s;
    const p = tile.getContext("2d");
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
    return target.createPattern(tile, "repeat");
  }
  const patterns = Object.fromEntries(Object.keys(HATCHES).map((kind) => [kind, hatch(pen, kind)]));

  const side = Math.max(data.map.width, data.map.height);
  const usual = (count) => Math.sqrt((data.map.width * data.map.height) / Math.max(count, 1)) / 2;
  const typical = usual(villages.length), district = usual(groups.length);  // sizes in grid steps, roughly
  let shown = [];  // groups within the window

  // Paths of a group for the layer in view and a coarseness: one for each class, made when first needed.
  function pathsOf(group, level) {
    if (group.paths?.layer === layer && group.paths.level === level) return group.paths;
    const { of, classes, unsure } = data.layers[layer];
    const paths = { layer, level, fills: classes.map(() => null), weak: classes.map(() => null), all: new Path2D(), proposed: null };
    for (const i of group.members) {
      if (!villages[i].numbers.length) continue;
      trace((paths.fills[of[i]] ??= new Path2D()), villages[i], level);
      trace(paths.all, villages[i], level);
      if (unsure.has(i)) trace((paths.weak[of[i]] ??= new Path2D()), villages[i], level);
      if (data.villages.number[i] > 0) trace((paths.proposed ??= new Path2D()), villages[i], level);
    }
    if (group.border?.level !== level) group.border = { level, path: trace(new Path2D(), group.outline, level) };
    return (group.paths = paths);
  }

  const inside = (box) => box[2] * view.scale + view.x >= 0 && box[0] * view.scale + view.x <= width
    && box[3] * view.scale + view.y >= 0 && box[1] * view.scale + view.y <= height;

  // The last full drawing stands in while a hand moves a map that takes long to draw.
  const still = document.createElement("canvas");
  const stillView = { scale: 1, x: 0, y: 0 };
  let took = 0, settling = 0;

  function draw(moving = false) {
    clearTimeout(settling);
    if (moving && took > 40) {
      const k = view.scale / stillView.scale;
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.fillStyle = "#eef2f3";
      pen.fillRect(0, 0, width, height);
      pen.drawImage(still, view.x - stillView.x * k, view.y - stillView.y * k, width * k, height * k);
      settling = setTimeout(draw, 140);
      return;
    }
    const start = performance.now();
    paint();
    took = performance.now() - start;
    if (took > 40) {
      still.width = canvas.width; still.height = canvas.height;
      still.getContext("2d").drawImage(canvas, 0, 0);
      Object.assign(stillView, view);
    }
    root.dataset.took = took.toFixed(0);
  }

  function paint() {
    const k = view.scale;
    const level = COARSENESS.findLastIndex((apart) => apart * k <= 0.75);
    const { classes, symbols, outlined } = data.layers[layer];
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
      paths.fills.forEach((path, c) => {
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
    for (const [i, style] of [[hovered, [["#14506b", 2]]], [chosen, [["#fff", 6], ["#14506b", 3]]]]) {
      if (i >= 0) for (const [colour, size] of style) line(trace(new Path2D(), villages[i], level), colour, size);
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (symbols) circles(symbols);
    letter();
    scaleBar();
    root.dataset.drawn = villages.reduce((n, shape) => n + (shape.numbers.length > 0), 0);
    root.dataset.layer = data.layers[layer].key;
    root.dataset.zoom = (k / home).toFixed(2);
  }

  // Circles of proportional area; they grow with the square root of the zoom, and the legend with them.
  const radiusOf = (symbols, value) => symbols.radius * side * home * Math.sqrt(view.scale / home) * Math.sqrt(value / symbols.largest);
  function circle(p, x, y, r, hollow) {
    p.beginPath();
    p.arc(x, y, Math.max(r, 0.8), 0, 2 * Math.PI);
    p.fillStyle = hollow ? "rgba(255, 255, 255, .8)" : "rgba(43, 106, 140, .85)";
    p.fill();
    p.strokeStyle = hollow ? "#2b6a8c" : "#fff";
    p.lineWidth = hollow ? 1.4 : Math.min(0.8, r / 4);
    p.stroke();
  }

  function circles(symbols) {
    const { unsure } = data.layers[layer];
    const members = shown.flatMap((group) => group.members).filter((i) => symbols.values[i] > 0 && data.villages.spot[i]);
    members.sort((a, b) => symbols.values[b] - symbols.values[a]);
    for (const i of members) {
      const [x, y] = data.villages.spot[i];
      circle(pen, x * view.scale + view.x, y * view.scale + view.y, radiusOf(symbols, symbols.values[i]), unsure.has(i));
    }
    const sample = find("sizes");
    if (!sample) return;
    const radii = symbols.examples.map((value) => radiusOf(symbols, value));
    const tall = Math.max(2 * radii[0], 17 * radii.length) + 6;
    sample.width = 300 * ratio; sample.height = tall * ratio;
    sample.style.height = `${tall}px`;
    const p = sample.getContext("2d");
    p.scale(ratio, ratio);
    p.font = `13px ${getComputedStyle(document.body).fontFamily}`;
    p.textBaseline = "middle";
    const bottom = tall / 2 + radii[0], x = Math.max(radii[0], 12) + 2;
    radii.forEach((r, n) => {
      const y = tall / 2 + (n - (radii.length - 1) / 2) * 17, out = 2 * x + 16;
      p.beginPath(); p.arc(x, bottom - r, r, 0, 2 * Math.PI);
      p.fillStyle = "rgba(43, 106, 140, .25)"; p.fill();
      p.strokeStyle = "#2b6a8c"; p.lineWidth = 1; p.stroke();
      p.beginPath(); p.moveTo(x, bottom - 2 * r); p.lineTo(out - 6, y); p.strokeStyle = "#5c666c"; p.stroke();
      p.fillStyle = "#22282c"; p.fillText(symbols.labels[n], out, y);
    });
  }

  // Numbers first, then names of kecamatan, then of villages where they fit; nothing is written over another.
  function letter() {
    const cells = new Map();  // boxes in use, by the cells of 48 pixels that they touch
    const free = (x, y, w, h) => {
      const box = [x - w / 2, y - h / 2, x + w / 2, y + h / 2], touched = [];
      for (let c = Math.floor(box[0] / 48); c <= box[2] / 48; c++) {
        for (let r = Math.floor(box[1] / 48); r <= box[3] / 48; r++) touched.push(c * 1e5 + r);
      }
      const clash = (u) => box[0] < u[2] && u[0] < box[2] && box[1] < u[3] && u[1] < box[3];
      if (touched.some((cell) => cells.get(cell)?.some(clash))) return false;
      for (const cell of touched) cells.has(cell) ? cells.get(cell).push(box) : cells.set(cell, [box]);
      return true;
    };
    const spot = ([x, y]) => [x * view.scale + view.x, y * view.scale + view.y];
    const seen = (x, y) => x > -40 && y > -20 && x < width + 40 && y < height + 20;
    const write = (words, x, y, font, colour) => {
      pen.font = font;
      pen.lineWidth = 3;
      pen.strokeStyle = "rgba(255, 255, 255, .85)";
      pen.strokeText(words, x, y);
      pen.fillStyle = colour;
      pen.fillText(words, x, y);
    };
    const face = getComputedStyle(document.body).fontFamily;
    const { symbols } = data.layers[layer];
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    if (typical * view.scale > 5 || data.list.length < 500) data.list.forEach((i) => {
      if (!data.villages.spot[i]) return;
      let [x, y] = spot(data.villages.spot[i]);
      if (!seen(x, y)) return;
      if (symbols?.values[i] > 0) {  // beside its circle, not on it
        const aside = 0.7 * (radiusOf(symbols, symbols.values[i]) + 9);
        x += aside; y -= aside;
      }
      const r = 9 + 3 * Math.max(0, String(data.villages.number[i]).length - 2);
      const room = free(x, y, 2 * r + 2, 2 * r + 2);
      if (!room && typical * view.scale < 4) return;
      pen.beginPath();
      pen.arc(x, y, room ? r : 3, 0, 2 * Math.PI);
      pen.fillStyle = "#fff"; pen.fill();
      pen.strokeStyle = "#22282c"; pen.lineWidth = 1.2; pen.stroke();
      if (room) { pen.font = `700 11px ${face}`; pen.fillStyle = "#22282c"; pen.fillText(data.villages.number[i], x, y + 0.5); }
    });
    data.districts.name.forEach((name, i) => {
      if (!data.districts.spot[i]) return;
      let [x, y] = spot(data.districts.spot[i]);
      const words = name.toUpperCase(), box = outlines[i].box, wide = (box[2] - box[0]) * view.scale * 1.25;
      if (!seen(x, y) || wide < 5 * words.length) return;
      pen.font = `700 12px ${face}`;
      const size = pen.measureText(words).width;
      if (size > wide) return;
      if (x > 0 && x < width) x = Math.min(Math.max(x, size / 2 + 6), width - size / 2 - 6);
      for (const shift of [0, -18, 18, -34, 34]) {
        if (shift && !holds(outlines[i], (x - view.x) / view.scale, (y + shift - view.y) / view.scale)) continue;
        if (free(x, y + shift, size + 6, 17)) { write(words, x, y + shift, `700 12px ${face}`, "#2f4858"); break; }
      }
    });
    if (view.scale < home * 2 || typical * view.scale < 12) return;
    for (const i of shown.flatMap((group) => group.members)) {
      const name = data.villages.name[i];
      if (!data.villages.spot[i]) continue;
      let [x, y] = spot(data.villages.spot[i]);
      if (data.villages.number[i] > 0) y += 19;
      pen.font = `400 12px ${face}`;
      const size = pen.measureText(name).width;
      const box = villages[i].box;
      if (!seen(x, y) || size > (box[2] - box[0]) * view.scale) continue;
      if (free(x, y, size + 4, 15)) write(name, x, y, `400 12px ${face}`, "#22282c");
    }
  }

  function scaleBar() {
    const metre = view.scale / data.map.grid;  // pixels a metre
    const longest = Math.min(160, width / 3) / metre;
    const power = 10 ** Math.floor(Math.log10(longest));
    const length = [5, 2, 1].map((s) => s * power).find((l) => l <= longest);
    const label = length >= 1000 ? `${length / 1000} km` : `${length} m`;
    const x = 14, y = height - 16, w = length * metre;
    pen.fillStyle = "rgba(255, 255, 255, .8)";
    pen.fillRect(x - 6, y - 20, w + 12, 28);
    pen.strokeStyle = "#22282c"; pen.lineWidth = 1.5;
    pen.beginPath(); pen.moveTo(x, y - 5); pen.lineTo(x, y); pen.lineTo(x + w, y); pen.lineTo(x + w, y - 5); pen.stroke();
    pen.font = "12px sans-serif"; pen.textAlign = "left"; pen.textBaseline = "alphabetic"; pen.fillStyle = "#22282c";
    pen.fillText(label, x + 4, y - 6);
  }

  // ---- panel ------------------------------------------------------------------------------------------------

  function make(tag, words, name) {
    const node = document.createElement(tag);
    if (words !== undefined) node.textContent = words;
    if (name) node.className = name;
    return node;
  }

  function showLegend() {
    const { title, note, classes, weak, weakLabel, outlined, symbols } = data.layers[layer];
    const table = make("table");
    const row = (colour, pattern, limits, label, count, name) => {
      const tr = make("tr", undefined, name);
      const cell = make("td");
      if (pattern === "lokus") cell.append(make("div", undefined, "outlined"));
      else if (colour) {
        const sample = make("canvas");
        sample.width = 30; sample.height = 16;
        const p = sample.getContext("2d");
        p.fillStyle = colour; p.fillRect(0, 0, 30, 16);
        if (pattern === "hollow") circle(p, 15, 8, 6, true);
        else if (pattern) { p.fillStyle = hatch(p, pattern); p.fillRect(0, 0, 30, 16); }
        cell.append(sample);
      }
      tr.append(cell, make("td", limits, "limits"), make("td", label, "label"), make("td", count.toLocaleString(root.lang), "count"));
      table.append(tr);
    };
    classes.forEach((c) => row(c.colour, c.pattern, c.limits, c.label, c.count));
    row("", "", "", text.total, classes.reduce((sum, c) => sum + c.count, 0), "total");
    if (weakLabel) row("#fff", symbols ? "hollow" : "weak", "", weakLabel, weak);
    if (outlined) row("", "lokus", "", data.status[0].label, data.list.length);
    find("legend").replaceChildren(make("h2", title), table);
    if (symbols) {
      const sizes = make("canvas");
      sizes.id = "sizes";
      find("legend").append(sizes);
    }
    if (note) find("legend").append(make("p", note, "quiet"));
    if (data.undrawn.length) find("legend").append(make("p", text.undrawn, "quiet"));
    for (const button of find("layers").querySelectorAll("button")) button.setAttribute("aria-pressed", +button.value === layer);
    const more = find("layers").querySelector("select");
    if (more) more.value = [...more.options].some((option) => +option.value === layer) ? layer : "";
  }

  function showVillage() {
    const panel = find("village");
    panel.hidden = chosen < 0;
    if (chosen < 0) return;
    const { name, code, district, number, status, reason } = data.villages;
    const head = make("div", undefined, "head");
    const close = make("button", "×");
    close.type = "button";
    close.title = text.close;
    close.setAttribute("aria-label", text.close);
    close.addEventListener("click", () => choose(-1));
    head.append(make("h2", name[chosen]), close);
    const facts = make("dl");
    for (const fact of data.facts) {
      facts.append(make("dt", fact.label), make("dd", fact.values[chosen]));
    }
    const label = data.status[status[chosen]].label + (number[chosen] > 0 ? ` · ${text.number} ${number[chosen]}` : "");
    const tag = make("span", label, "status");
    tag.style.background = data.status[status[chosen]].colour;
    tag.style.color = data.status[status[chosen]].ink;
    panel.replaceChildren(head, make("p", `${text.district} ${data.districts.name[district[chosen]]} · ${code[chosen]}`, "quiet"), tag, facts);
    if (!villages[chosen].numbers.length) panel.append(make("p", text.no_polygon, "quiet"));
    if (reason[chosen]) panel.append(make("p", reason[chosen], "reason"));
  }

  function remember() {
    const state = new URLSearchParams({ lapisan: data.layers[layer].key });
    if (chosen >= 0) state.set("desa", data.villages.code[chosen].replaceAll(".", ""));
    try { history.replaceState(null, "", `#${state}`); } catch { /* a page without an address keeps no state */ }
  }

  function choose(i, move) {
    chosen = i;
    showVillage();
    if (i >= 0 && move && villages[i].numbers.length) {
      fit(villages[i].box, 0.35, Math.max(home * 12, 40 / typical));
      if (view.scale < home) whole();
    }
    if (i >= 0 && move && window.matchMedia("(max-width: 760px)").matches) find("map").scrollIntoView();
    remember();
    redraw();
  }

  function setLayer(i) { layer = i; showLegend(); remember(); redraw(); }

  const plain = (words) => words.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, " ").trim();
  let names = null;
  const namesOf = () => (names ??= data.villages.name.map((name, i) => ` ${plain(`${name} ${data.districts.name[data.villages.district[i]]}`)} ${data.villages.code[i].replaceAll(".", "")}`));

  function search() {
    const words = plain(find("query").value).split(" ").filter(Boolean);
    const list = find("found");
    list.replaceChildren();
    if (!words.length) return;
    // Names that begin with the first word come first.
    namesOf();
    const hits = names.map((name, i) => i).filter((i) => words.every((word) => names[i].includes(word)));
    hits.sort((a, b) => names[b].startsWith(` ${words[0]}`) - names[a].startsWith(` ${words[0]}`) || a - b);
    if (!hits.length) list.append(make("p", text.nothing, "quiet"));
    for (const i of hits.slice(0, 10)) {
      const button = make("button", `${data.villages.name[i]} · ${data.districts.name[data.villages.district[i]]}`);
      button.type = "button";
      button.addEventListener("click", () => { list.replaceChildren(); choose(i, true); });
      const item = make("li");
      item.append(button);
      list.append(item);
    }
    if (hits.length > 10) list.append(make("p", text.more.replace("{n}", hits.length - 10), "quiet"));
  }

  // ---- hands ------------------------------------------------------------------------------------------------

  const at = (event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  const under = (x, y) => {
    const gx = (x - view.x) / view.scale, gy = (y - view.y) / view.scale;
    for (const group of shown) {
      const [left, top, right, bottom] = group.box;
      if (gx < left || gx > right || gy < top || gy > bottom) continue;
      const i = group.members.findLast((member) => holds(villages[member], gx, gy));
      if (i !== undefined) return i;
    }
    return -1;
  };
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
      const other = [...touches].find(([id]) => id !== event.pointerId)[1];
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
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, (event) => {
      if (name === "pointerup" && touches.size === 1 && moved <= 4) choose(under(...at(event)));
      touches.delete(event.pointerId);
    });
  }
  canvas.addEventListener("pointerleave", () => { tip.hidden = true; if (hovered >= 0) { hovered = -1; redraw(); } });

  function hover([x, y], kind) {
    const i = kind === "mouse" ? under(x, y) : -1;
    tip.hidden = i < 0;
    if (i >= 0) {
      const { of, classes } = data.layers[layer];
      const value = data.layers[layer].values[i];
      tip.replaceChildren(make("strong", data.villages.name[i]), make("br"),
        data.districts.name[data.villages.district[i]], make("br"),
        value ? `${value} · ${classes[of[i]].label || classes[of[i]].limits}` : classes[of[i]].label || classes[of[i]].limits);
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
    const act = {
      ArrowLeft: () => pan(60, 0), ArrowRight: () => pan(-60, 0), ArrowUp: () => pan(0, 60), ArrowDown: () => pan(0, -60),
      "+": () => zoom(1.4), "=": () => zoom(1.4), "-": () => zoom(1 / 1.4), 0: whole, Escape: () => choose(-1),
      Enter: () => choose(under(width / 2, height / 2)),
    }[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  find("in").addEventListener("click", () => zoom(1.6));
  find("out").addEventListener("click", () => zoom(1 / 1.6));
  find("all").addEventListener("click", whole);
  if (views.length) {
    const parts = find("parts");
    for (const entry of views) {
      const button = make("button", entry.name);
      button.type = "button";
      button.addEventListener("click", () => show(entry.box));
      parts.append(button);
    }
    const every = make("button", text.whole);
    every.type = "button";
    every.addEventListener("click", whole);
    parts.append(every);
    parts.setAttribute("aria-label", text.parts);
    parts.hidden = false;
  }
  find("query").addEventListener("input", search);
  find("query").addEventListener("keydown", (event) => {
    if (event.key === "Enter") find("found").querySelector("button")?.click();
  });

  // ---- start ------------------------------------------------------------------------------------------------

  for (const entry of data.layers) entry.unsure = new Set(entry.unsure);
  const more = make("select");
  data.layers.forEach((entry, i) => {
    const node = make(entry.indicator ? "option" : "button", entry.short);
    node.value = i;
    if (entry.indicator) { more.append(node); return; }
    node.type = "button";
    node.addEventListener("click", () => setLayer(i));
    find("layers").append(node);
  });
  if (more.length) {
    const none = make("option", text.indicators);
    none.value = "";
    none.disabled = none.selected = true;
    more.prepend(none);
    more.setAttribute("aria-label", text.indicators);
    more.addEventListener("change", () => setLayer(+more.value));
    find("layers").append(more);
  }
  find("list").querySelector("summary").textContent = text.list;
  function fillList() {
    const list = find("list").querySelector("ol");
    if (list.children.length || !find("list").open) return;
    for (const i of data.list.slice(0, 500)) {
      const item = make("li"), button = make("button"), words = make("span", data.villages.name[i]);
      words.append(" ", make("span", data.districts.name[data.villages.district[i]], "quiet"));
      button.type = "button";
      button.append(make("b", data.villages.number[i]), words);
      button.addEventListener("click", () => choose(i, true));
      item.append(button);
      list.append(item);
    }
    if (data.list.length > 500) list.append(make("li", text.more.replace("{n}", data.list.length - 500), "quiet"));
  }
  find("list").addEventListener("toggle", fillList);
  fillList();

  function restore() {
    const state = new URLSearchParams(location.hash.slice(1));
    const wanted = data.layers.findIndex((entry) => entry.key === state.get("lapisan"));
    const village = data.villages.code.findIndex((code) => code.replaceAll(".", "") === state.get("desa"));
    const query = state.get("cari");
    layer = Math.max(wanted, 0);
    showLegend();
    if (village >= 0) choose(village, true);
    if (query) { find("query").value = query; search(); }
  }

  resize();
  restore();
  draw();
  new ResizeObserver(() => resize()).observe(find("map"));
  window.addEventListener("beforeprint", resize);
  window.addEventListener("afterprint", resize);
  root.dataset.ready = "1";
})();
