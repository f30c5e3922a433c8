// Viewer of one study: everything it shows is in the data block of this page; it asks the network for nothing.
// Input text reaches the page through textContent and canvas text only, so markup in it stays text.
import { createApp } from "./app.js";
import { createControls } from "./controls.js";
import { find } from "./dom.js";
import { createMap } from "./map.js";
import { createPanel } from "./panel.js";
import { createTable } from "./table.js";

/**
 * The data of the page; a large study is packed: deflated, then base64.
 * @param {HTMLElement} block
 */
async function unpack(block) {
  const words = block.textContent ?? "";
  if (!block.dataset.packed) return words;
  const bytes = Uint8Array.from(atob(words.trim()), (c) => c.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
}

async function start() {
  const data = JSON.parse(await unpack(find("data"))), { text } = data;
  const app = createApp(data), title = document.title;
  const narrow = window.matchMedia("screen and (max-width: 760px)");
  // On a phone the open legend would hide a part of the land: there it begins folded, its heading names the layer.
  if (narrow.matches) /** @type {HTMLDetailsElement} */ (find("legend")).open = false;
  /** @type {(i: number) => void} */
  const open = (i) => {
    if (i >= 0) map.lookAt(i);
    app.choose(i);
    if (narrow.matches) find("map").scrollIntoView();
  };
  const controls = createControls(app, open);
  const panel = createPanel(app, open);
  const table = createTable(app, open);
  const map = createMap(app);
  app.map = map;

  // ---- which side of the panel, and whether the table is open -------------------------------------------------

  const tabs = [["tab-look", "look"], ["tab-trial", "trial"]];
  /** @type {(place: number) => void} */
  const turn = (place) => tabs.forEach(([tab, side], k) => {
    find(tab).setAttribute("aria-selected", String(k === place));
    find(tab).tabIndex = k === place ? 0 : -1;
    find(side).hidden = k !== place;
  });
  tabs.forEach(([tab], place) => {
    find(tab).addEventListener("click", () => turn(place));
    find(tab).addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      turn(1 - place);
      find(tabs[1 - place][0]).focus();
    });
  });
  find("open-table").addEventListener("click", () => {
    const box = find("table");
    box.hidden = !box.hidden;
    find("open-table").setAttribute("aria-expanded", String(!box.hidden));
    table.show(false);
    map.resize();
  });
  find("show-official").addEventListener("click", () => app.showTrial(false));
  find("show-trial").addEventListener("click", () => app.showTrial(true));

  // ---- what belongs to the whole page -------------------------------------------------------------------------

  function showHead() {
    const differs = app.differs(), trying = app.trying();
    document.body.classList.toggle("trying", trying);
    find("views").hidden = !differs;
    find("show-official").setAttribute("aria-pressed", String(!trying));
    find("show-trial").setAttribute("aria-pressed", String(trying));
    find("show-trial").disabled = app.outcome?.answer.kind !== "best";
    find("banner").hidden = !differs;
    find("banner").classList.toggle("fails", differs && app.outcome?.answer.kind !== "best");
    const words = controls.sentences();
    find("banner-mark").textContent = trying ? text.trialMark : differs ? text.officialShown : "";
    const long = trying || app.outcome?.answer.kind !== "best" ? words.join(" ") : text.trialHidden;
    // On the screen the numbers of villages; their names stand in the panel, and here on paper.
    find("banner-words").textContent = trying ? controls.short() : long;
    find("banner-full").textContent = long;
    document.title = trying ? `${text.trialMark} – ${title}` : title;
    document.documentElement.dataset.trying = String(trying);
  }

  function remember() {
    const state = new URLSearchParams({ lapisan: app.layer().key });
    if (app.chosen >= 0) state.set("desa", app.codes[app.chosen]);
    for (const [key, value] of Object.entries(controls.address())) state.set(key, value);
    try { history.replaceState(null, "", `#${state}`); } catch { /* a page without an address keeps no state */ }
    // A notebook that shows this page in a frame is told what is tried.
    if (window.parent !== window) window.parent.postMessage({ lokus: controls.address() }, "*");
  }

  let shown = "";
  app.watch(() => {
    showHead();
    panel.show();
    controls.show();
    const now = `${app.trying()} ${app.list().join(" ")}`;
    table.show(now !== shown);
    shown = now;
    remember();
    map.redraw();
  });

  // ---- start ------------------------------------------------------------------------------------------------

  const address = new URLSearchParams(location.hash.slice(1));
  map.resize();
  controls.restore(address);
  if (app.differs()) turn(1);
  const wanted = app.layers.indexOf(address.get("lapisan") ?? "");
  if (wanted >= 0 && !(app.trying() && wanted === 0)) app.current = wanted;
  app.changed();
  const village = app.codes.indexOf((address.get("desa") ?? "").replaceAll(".", ""));
  if (village >= 0) open(village);
  const query = address.get("cari");
  if (query) { find("query").value = query; panel.search(); }
  map.draw();
  new ResizeObserver(() => map.resize()).observe(find("map"));
  // On paper the legend and the card stand under the map, so that the list has the other column for itself; the map is
  // drawn for the size that the style sheet gives it.
  const legend = find("legend"), card = find("village"), inner = find("tip");
  // Millimetres that head, banner, card and the offices' gaps leave of a sheet 194 high, roughly from above.
  const tall = () => {
    const banner = find("banner").hidden ? 0 : 5 + 3.6 * Math.ceil(find("banner-full").textContent.length / 150);
    const below = card.hidden ? 60 : (app.trying() ? 64 : 57) + 8 * Math.ceil((data.gaps?.villages[app.chosen]?.length ?? 0) / 2 + 1);
    return Math.max(60, Math.min(112, 194 - 14 - banner - below));
  };
  window.addEventListener("beforeprint", () => {
    legend.open = true;
    find("map").after(legend, card);
    find("list").classList.toggle("long", app.list().length > 32);
    map.paper(tall());
  });
  window.addEventListener("afterprint", () => {
    inner.before(legend);
    find("open-table").after(card);
    map.paper(0);
  });
  document.documentElement.dataset.ready = "1";
}

start();
