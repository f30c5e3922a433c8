// The page as a widget of a notebook: the same viewer in a frame of its own, which tells Python what is tried.

/**
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(name: string, value: any) => void} set
 * @property {() => void} save_changes
 * @property {(event: string, act: () => void) => void} on
 */

/** @param {{ model: Model, el: HTMLElement }} home */
function render({ model, el }) {
  const frame = document.createElement("iframe");
  // Scripts run in an origin of their own: the page reaches neither the notebook nor the network.
  frame.setAttribute("sandbox", "allow-scripts allow-downloads allow-modals");
  frame.title = model.get("title");
  frame.style.cssText = `width: 100%; height: ${model.get("height")}px; border: 1px solid #b9c2c6;`;
  frame.srcdoc = model.get("page");
  const hear = (/** @type {MessageEvent} */ event) => {
    if (event.source !== frame.contentWindow || typeof event.data?.lokus !== "object") return;
    model.set("tried", event.data.lokus);
    model.save_changes();
  };
  window.addEventListener("message", hear);
  model.on("change:page", () => { frame.srcdoc = model.get("page"); });
  el.append(frame);
  return () => window.removeEventListener("message", hear);
}

export default { render };
