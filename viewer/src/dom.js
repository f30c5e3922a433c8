// Elements made from words: text of inputs is only ever written as text.

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string | number} [words]
 * @param {string} [name] class
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, words, name) {
  const node = document.createElement(tag);
  if (words !== undefined) node.textContent = String(words);
  if (name) node.className = name;
  return node;
}

/**
 * @param {string} words
 * @param {() => void} act
 * @param {string} [name] class
 */
export function button(words, act, name) {
  const node = make("button", words, name);
  node.type = "button";
  node.addEventListener("click", act);
  return node;
}

/**
 * The element of the page with this id; the page is ours, so it is there.
 * @param {string} id
 * @returns {any}
 */
export const find = (id) => document.getElementById(id);

/**
 * Put values into the places of a text: `{n} desa`.
 * @param {string} words
 * @param {Record<string, string | number>} values
 */
export const fill = (words, values) => words.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));

/**
 * Let somebody keep a text as a file.
 * @param {string} name
 * @param {string} text
 * @param {string} kind
 */
export function download(name, text, kind) {
  const link = make("a");
  link.href = `data:${kind};charset=utf-8,${encodeURIComponent(text)}`;
  link.download = name;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
}
