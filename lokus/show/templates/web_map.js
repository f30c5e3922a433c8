"use strict";
// Viewer of one study: everything it shows is in the data block of this page; it asks the network for nothing.
// Input text reaches the page through textContent and canvas text only, so markup in it stays text.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const text = data.text;
  const root = document.documentElement;
  const find = (id) => document.getElementById(id);
  const canvas = find("canvas");
  const pen = canvas.getContext("2d");
  const tip = find("tip");

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

  // A ring is a list of arc numbers; ~k is arc k backwards. The first point of each arc after the first repeats.
  function ringOf(numbers) {
    const xy = [];
    numbers.forEach((number, order) => {
      const arc = arcs[number < 0 ? ~number : number];
      const size = arc.length / 2;
      for (let i = order ? 1 : 0; i < size; i++) {
        const j = 2 * (number < 0 ? size - 1 - i : i);
        xy.push(arc[j], arc[j + 1]);
      }
    });
    return xy;
  }

  function shapeOf(parts) {
    const rings = parts.flat().map(ringOf);
    const path = new Path2D();
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const ring of rings) {
      path.moveTo(ring[0], ring[1]);
      for (let i = 0; i < ring.length; i += 2) {
        if (i) path.lineTo(ring[i], ring[i + 1]);
        box[0] = Math.min(box[0], ring[i]); box[2] = Math.max(box[2], ring[i]);
        box[1] = Math.min(box[1], ring[i + 1]); box[3] = Math.max(box[3], ring[i + 1]);
      }
      path.closePath();
    }
    return { rings, path, box };
  }

  const villages = readShapes(data.villages.shapes, data.villages.name.length).map(shapeOf);
  const outlines = readShapes(data.districts.shapes, data.districts.name.length).map(shapeOf);

  // Even-odd rule over all rings: parts add up, holes cancel.
  function holds(shape, x, y) {
    const [left, top, right, bottom] = shape.box;
    if (x < left || x > right || y < top || y > bottom) return false;
    let inside = false;
    for (const ring of shape.rings) {
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
  let layer = 0, chosen = -1, hovered = -1, waiting = false;

  function fit(box, fill = 0.94, most = Infinity) {
    const scale = Math.min((fill * width) / Math.max(box[2] - box[0], 1), (fill * height) / Math.max(box[3] - box[1], 1), most);
    view.scale = scale;
    view.x = width / 2 - (scale * (box[0] + box[2])) / 2;
    view.y = height / 2 - (scale * (box[1] + box[3])) / 2;
  }

  function zoom(factor, x = width / 2, y = height / 2) {
    const scale = Math.min(Math.max(view.scale * factor, home / 2), home * 200);
    view.x = x - ((x - view.x) * scale) / view.scale;
    view.y = y - ((y - view.y) * scale) / view.scale;
    view.scale = scale;
    redraw();
  }

  function pan(dx, dy) { view.x += dx; view.y += dy; redraw(); }
  function whole() { fit([0, 0, data.map.width, data.map.height]); home = view.scale; redraw(); }

  function resize() {
    const box = find("map").getBoundingClientRect();
    const first = !width;
    const middle = [(width / 2 - view.x) / view.scale, (height / 2 - view.y) / view.scale];
    width = box.width; height = box.height;
    ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
    if (first) fit([0, 0, data.map.width, data.map.height]), (home = view.scale);
    else { view.x = width / 2 - middle[0] * view.scale; view.y = height / 2 - middle[1] * view.scale; }
    draw();
  }

  function redraw() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; draw(); });
  }

  // ---- drawing ----------------------------------------------------------------------------------------------

  // Hatching: crossed grey lines mean no data, plain dark ones a value that is not yet reliable.
  function hatch(target, crossed) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = crossed ? 8 : 9;
    const p = tile.getContext("2d"), s = tile.width;
    p.strokeStyle = crossed ? "#9aa3a8" : "rgba(31, 38, 41, .75)";
    p.lineWidth = 1;
    p.beginPath();
    for (const o of [-s, 0, s]) {
      p.moveTo(o - 1, s + 1); p.lineTo(o + s + 1, -1);
      if (crossed) { p.moveTo(o - 1, -1); p.lineTo(o + s + 1, s + 1); }
    }
    p.stroke();
    return target.createPattern(tile, "repeat");
  }
  const patterns = [hatch(pen, true), hatch(pen, false)];

  function gather(keep) {
    const path = new Path2D();
    villages.forEach((shape, i) => { if (keep(i)) path.addPath(shape.path); });
    return path;
  }

  const everything = gather(() => true);
  const borders = new Path2D();
  outlines.forEach((shape) => borders.addPath(shape.path));
  const proposed = gather((i) => data.villages.number[i] > 0);
  let fills = [], weak = null;

  function prepare() {
    const { of, unsure, classes } = data.layers[layer];
    fills = classes.map((entry, c) => ({ colour: entry.colour, missing: c === classes.length - 1, path: gather((i) => of[i] === c) }));
    const doubtful = new Set(unsure);
    weak = doubtful.size ? gather((i) => doubtful.has(i)) : null;
  }

  function draw() {
    const k = view.scale;
    const line = (path, colour, size) => { pen.strokeStyle = colour; pen.lineWidth = size / k; pen.stroke(path); };
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = "#eef2f3";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.setTransform(ratio * k, 0, 0, ratio * k, ratio * view.x, ratio * view.y);
    pen.lineJoin = "round";
    for (const p of patterns) p.setTransform(new DOMMatrix([1 / k, 0, 0, 1 / k, 0, 0]));
    for (const fill of fills) {
      pen.fillStyle = fill.colour;
      pen.fill(fill.path, "evenodd");
      if (fill.missing) { pen.fillStyle = patterns[0]; pen.fill(fill.path, "evenodd"); }
    }
    if (weak) { pen.fillStyle = patterns[1]; pen.fill(weak, "evenodd"); }
    line(everything, "#8f999e", 0.6);
    line(borders, "#4c565b", 1.5);
    if (data.layers[layer].key !== "usulan") line(proposed, "#111", 2);
    if (hovered >= 0) line(villages[hovered].path, "#14506b", 2);
    if (chosen >= 0) { line(villages[chosen].path, "#fff", 6); line(villages[chosen].path, "#14506b", 3); }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    letter();
    scaleBar();
    root.dataset.drawn = villages.filter((shape) => shape.rings.length).length;
    root.dataset.layer = data.layers[layer].key;
    root.dataset.zoom = (k / home).toFixed(2);
  }

  // Numbers first, then names of kecamatan, then of villages where they fit; nothing is written over another.
  function letter() {
    const used = [];
    const free = (x, y, w, h) => {
      const box = [x - w / 2, y - h / 2, x + w / 2, y + h / 2];
      if (used.some((u) => box[0] < u[2] && u[0] < box[2] && box[1] < u[3] && u[1] < box[3])) return false;
      used.push(box);
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
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    data.list.forEach((i) => {
      if (!data.villages.spot[i]) return;
      const [x, y] = spot(data.villages.spot[i]);
      if (!seen(x, y)) return;
      const room = free(x, y, 20, 20);
      pen.beginPath();
      pen.arc(x, y, room ? 9 : 3, 0, 2 * Math.PI);
      pen.fillStyle = "#fff"; pen.fill();
      pen.strokeStyle = "#22282c"; pen.lineWidth = 1.2; pen.stroke();
      if (room) { pen.font = `700 11px ${face}`; pen.fillStyle = "#22282c"; pen.fillText(data.villages.number[i], x, y + 0.5); }
    });
    data.districts.name.forEach((name, i) => {
      if (!data.districts.spot[i]) return;
      let [x, y] = spot(data.districts.spot[i]);
      const words = name.toUpperCase();
      pen.font = `700 12px ${face}`;
      const size = pen.measureText(words).width;
      const box = outlines[i].box;
      if (!seen(x, y) || size > (box[2] - box[0]) * view.scale * 1.25) return;
      if (x > 0 && x < width) x = Math.min(Math.max(x, size / 2 + 6), width - size / 2 - 6);
      for (const shift of [0, -18, 18, -34, 34]) {
        if (shift && !holds(outlines[i], (x - view.x) / view.scale, (y + shift - view.y) / view.scale)) continue;
        if (free(x, y + shift, size + 6, 17)) { write(words, x, y + shift, `700 12px ${face}`, "#2f4858"); break; }
      }
    });
    if (view.scale < home * 2) return;
    data.villages.name.forEach((name, i) => {
      if (!data.villages.spot[i]) return;
      let [x, y] = spot(data.villages.spot[i]);
      if (data.villages.number[i] > 0) y += 19;
      pen.font = `400 12px ${face}`;
      const size = pen.measureText(name).width;
      const box = villages[i].box;
      if (!seen(x, y) || size > (box[2] - box[0]) * view.scale) return;
      if (free(x, y, size + 4, 15)) write(name, x, y, `400 12px ${face}`, "#22282c");
    });
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
    const { title, note, classes, unsure } = data.layers[layer];
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
        if (pattern) { p.fillStyle = hatch(p, pattern === "missing"); p.fillRect(0, 0, 30, 16); }
        cell.append(sample);
      }
      tr.append(cell, make("td", limits, "limits"), make("td", label, "label"), make("td", count.toLocaleString(root.lang), "count"));
      table.append(tr);
    };
    classes.forEach((c, i) => row(c.colour, i === classes.length - 1 ? "missing" : "", c.limits, c.label, c.count));
    row("", "", "", text.total, classes.reduce((sum, c) => sum + c.count, 0), "total");
    if (unsure.length || data.layers[layer].key === "prevalensi") row("#fff", "weak", "", text.weak, data.layers[layer].weak);
    if (data.layers[layer].key !== "usulan") row("", "lokus", "", data.status[0].label, data.list.length);
    find("legend").replaceChildren(make("h2", title), table);
    if (note) find("legend").append(make("p", note, "quiet"));
    if (data.undrawn.length) find("legend").append(make("p", text.undrawn, "quiet"));
    [...find("layers").children].forEach((button, i) => button.setAttribute("aria-pressed", i === layer));
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
    if (!villages[chosen].rings.length) panel.append(make("p", text.no_polygon, "quiet"));
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
    if (i >= 0 && move && villages[i].rings.length) {
      fit(villages[i].box, 0.35, home * 12);
      if (view.scale < home) whole();
    }
    if (i >= 0 && move && window.matchMedia("(max-width: 760px)").matches) find("map").scrollIntoView();
    remember();
    redraw();
  }

  function setLayer(i) { layer = i; prepare(); showLegend(); remember(); redraw(); }

  const plain = (words) => words.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, " ").trim();
  const names = data.villages.name.map((name, i) => ` ${plain(`${name} ${data.districts.name[data.villages.district[i]]}`)} ${data.villages.code[i].replaceAll(".", "")}`);

  function search() {
    const words = plain(find("query").value).split(" ").filter(Boolean);
    const list = find("found");
    list.replaceChildren();
    if (!words.length) return;
    // Names that begin with the first word come first.
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
    for (let i = villages.length - 1; i >= 0; i--) if (holds(villages[i], gx, gy)) return i;
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
        value ? `${value} · ${classes[of[i]].label}` : classes[of[i]].label);
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
  find("query").addEventListener("input", search);
  find("query").addEventListener("keydown", (event) => {
    if (event.key === "Enter") find("found").querySelector("button")?.click();
  });

  // ---- start ------------------------------------------------------------------------------------------------

  data.layers.forEach((entry, i) => {
    const button = make("button", entry.short);
    button.type = "button";
    button.addEventListener("click", () => setLayer(i));
    find("layers").append(button);
  });
  find("list").querySelector("summary").textContent = text.list;
  for (const i of data.list) {
    const item = make("li"), button = make("button"), words = make("span", data.villages.name[i]);
    words.append(" ", make("span", data.districts.name[data.villages.district[i]], "quiet"));
    button.type = "button";
    button.append(make("b", data.villages.number[i]), words);
    button.addEventListener("click", () => choose(i, true));
    item.append(button);
    find("list").querySelector("ol").append(item);
  }

  function restore() {
    const state = new URLSearchParams(location.hash.slice(1));
    const wanted = data.layers.findIndex((entry) => entry.key === state.get("lapisan"));
    const village = data.villages.code.findIndex((code) => code.replaceAll(".", "") === state.get("desa"));
    const query = state.get("cari");
    layer = Math.max(wanted, 0);
    prepare();
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
