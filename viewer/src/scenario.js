// A scenario: the keys of the study file that a trial changes, for the address of the page and as a small file.

/**
 * @typedef {object} Lock
 * @property {string} kode
 * @property {string} alasan
 *
 * @typedef {object} Scenario
 * @property {string} nama
 * @property {{ bobot?: Record<string, number> }} [skor]
 * @property {Record<string, number | Lock[]>} [pilihan]
 * @property {string[]} [hapus] keys that the study states and the scenario does without
 *
 * @typedef {import("./trial.js").State} State
 * @typedef {import("./trial.js").Trial} Trial
 */

const LIMITS = ["maks_kecamatan", "tepat_kecamatan"];

/**
 * What a state changes of the study.
 * @param {Trial} trial
 * @param {State} state
 * @param {string[]} codes of ten digits
 * @param {string} reason for locks that are new
 * @returns {Scenario}
 */
export function toScenario(trial, state, codes, reason) {
  const was = trial.official();
  /** @type {Scenario} */
  const out = { nama: state.name };
  /** @type {Record<string, number | Lock[]>} */
  const rules = {};
  /** @type {string[]} */
  const gone = [];
  if (state.weights) {
    out.skor = { bobot: {} };
    trial.indicators.forEach(({ key, weight }, k) => {
      const now = /** @type {number[]} */ (state.weights)[k];
      if (now > 0 || weight > 0) /** @type {any} */ (out.skor).bobot[key] = now;
    });
  }
  if (state.n !== was.n) rules.jumlah = state.n;
  if (state.limit !== was.limit || state.exact !== was.exact) {
    if (state.limit === null) gone.push(...LIMITS.map((key) => `pilihan.${key}`));
    else rules[LIMITS[Number(state.exact)]] = state.limit;
  }
  if (state.least !== was.least) rules.min_per_kecamatan = state.least;
  if (state.most !== was.most) {
    if (state.most === null) gone.push("pilihan.maks_per_kecamatan");
    else rules.maks_per_kecamatan = state.most;
  }
  for (const [key, now, before] of /** @type {const} */ ([
    ["kunci_masuk", state.inside, was.inside], ["kunci_keluar", state.outside, was.outside],
  ])) {
    if (now.size === before.size && [...now].every((i) => before.has(i))) continue;
    rules[key] = [...now].sort((a, b) => a - b).map((i) => ({ kode: codes[i], alasan: trial.reasons.get(i) ?? reason }));
  }
  if (Object.keys(rules).length) out.pilihan = rules;
  if (gone.length) out.hapus = gone;
  return out;
}

/**
 * The state that a scenario asks for; null where it is none that this study can take.
 * @param {Trial} trial
 * @param {any} plain
 * @param {string[]} codes
 * @returns {State | null}
 */
export function fromScenario(trial, plain, codes) {
  if (typeof plain !== "object" || plain === null) return null;
  const state = trial.official(), rules = plain.pilihan ?? {}, weights = plain.skor?.bobot, gone = plain.hapus ?? [];
  /** @type {(value: unknown, least: number) => boolean} */
  const whole = (value, least) => Number.isInteger(value) && Number(value) >= least && Number(value) <= 1e6;
  state.name = String(plain.nama ?? "").slice(0, 80);
  if (!Array.isArray(gone)) return null;
  if (weights !== undefined) {
    const known = new Map(trial.indicators.map(({ key }, k) => [key, k]));
    const entries = Object.entries(weights ?? {});
    const good = entries.every(([key, weight]) => known.has(key) && typeof weight === "number" && weight >= 0 && weight <= 1e12);
    if (!good || trial.plain.whyNoWeights || !entries.some(([, weight]) => Number(weight) > 0)) return null;
    state.weights = trial.indicators.map(({ key }) => Number(weights[key] ?? 0));
  }
  if (gone.some((key) => LIMITS.includes(String(key).replace("pilihan.", "")))) { state.limit = null; state.exact = false; }
  if (gone.includes("pilihan.maks_per_kecamatan")) state.most = null;
  for (const [key, value] of Object.entries(rules)) {
    if (key === "jumlah" && whole(value, 1)) state.n = Number(value);
    else if (LIMITS.includes(key) && whole(value, 1)) { state.limit = Number(value); state.exact = key === LIMITS[1]; }
    else if (key === "min_per_kecamatan" && whole(value, 0)) state.least = Number(value);
    else if (key === "maks_per_kecamatan" && whole(value, 1)) state.most = Number(value);
    else if ((key === "kunci_masuk" || key === "kunci_keluar") && Array.isArray(value)) {
      const places = value.map((lock) => codes.indexOf(String(lock?.kode).replaceAll(".", "")));
      if (places.some((i) => i < 0 || trial.held.has(i))) return null;
      if (key === "kunci_masuk") state.inside = new Set(places);
      else state.outside = new Set(places);
    } else return null;
  }
  if (state.n > codes.length || (state.most !== null && state.least > state.most)) return null;
  for (const i of state.inside) if (state.outside.has(i)) return null;
  return state;
}

/**
 * A text of TOML.
 * @param {string} text
 */
const quoted = (text) => JSON.stringify(text).replaceAll("\u007f", "\\u007f");

/**
 * A number with its point: a weight is no whole number to the study file.
 * @param {number} value
 */
const decimal = (value) => (/[.e]/.test(String(value)) ? String(value) : `${value}.0`);

/**
 * The scenario as a file for `lokus run KAJIAN --skenario FILE`.
 * @param {Scenario} scenario
 * @param {{ remark: string[], kajian: string, tahun: number, daftar: string[] }} about
 */
export function toToml(scenario, { remark, kajian, tahun, daftar }) {
  const lines = remark.map((line) => `# ${line.replaceAll(/[\r\n]+/g, " ")}`);
  lines.push("", "[skenario]", `nama = ${quoted(scenario.nama)}`, `kabupaten = ${quoted(kajian)}`, `tahun = ${tahun}`);
  if (scenario.hapus?.length) lines.push(`hapus = [${scenario.hapus.map(quoted).join(", ")}]`);
  lines.push(`daftar = [${daftar.map(quoted).join(", ")}]`);
  if (scenario.skor?.bobot) {
    lines.push("", "[skor.bobot]");
    for (const [key, weight] of Object.entries(scenario.skor.bobot)) lines.push(`${/^[\w-]+$/.test(key) ? key : quoted(key)} = ${decimal(weight)}`);
  }
  if (scenario.pilihan) {
    lines.push("", "[pilihan]");
    for (const [key, value] of Object.entries(scenario.pilihan)) {
      if (!Array.isArray(value)) { lines.push(`${key} = ${value}`); continue; }
      const locks = value.map(({ kode, alasan }) => `    { kode = ${quoted(kode)}, alasan = ${quoted(alasan)} },`);
      lines.push(...(locks.length ? [`${key} = [`, ...locks, "]"] : [`${key} = []`]));
    }
  }
  return lines.join("\n") + "\n";
}
