import assert from "node:assert/strict";
import { test } from "node:test";
import { fromScenario, toScenario, toToml } from "../src/scenario.js";
import { csvCell, leadingNumber } from "../src/table.js";
import { readTrial, same } from "../src/trial.js";

const pack = (/** @type {number[]} */ values) => Buffer.from(new Float64Array(values).buffer).toString("base64");
const CODES = ["9901012001", "9901012002", "9901022001"];
const trial = readTrial({
  objective: "skor", blend: null, score: pack([0.5, 0.4, 0.3]), tie: pack([1, 2, 3]), children: null, expected: pack([1.5, 1, 2]),
  rules: { n: 1, limit: 2, exact: false, least: 0, most: 3, quota: [], inside: [], outside: [[2, "SK"]], heldInside: [], heldOutside: [] },
  extra: [], whyNoWeights: "", withhold: false,
  indicators: [
    { key: "air", label: "Air", weight: 0.7, values: pack([0.5, 0.4, 0.3]), exempt: [] },
    { key: "krs", label: "KRS", weight: 0, values: pack([0.1, 0.2, 0.3]), exempt: [1] },
  ],
}, [0, 0, 1]);

test("a scenario states the keys that change, and gives the state back", () => {
  const state = { ...trial.official(), name: "Air \"dua\"", weights: [1.4, 0.1], n: 2, limit: null, most: null, inside: new Set([0]), outside: new Set() };
  const scenario = toScenario(trial, state, CODES, "dicoba");
  assert.deepEqual(scenario, {
    nama: "Air \"dua\"", skor: { bobot: { air: 1.4, krs: 0.1 } },
    pilihan: { jumlah: 2, kunci_masuk: [{ kode: "9901012001", alasan: "dicoba" }], kunci_keluar: [] },
    hapus: ["pilihan.maks_kecamatan", "pilihan.tepat_kecamatan", "pilihan.maks_per_kecamatan"],
  });
  const back = fromScenario(trial, JSON.parse(JSON.stringify(scenario)), CODES);
  assert.ok(back && same(back, state));
  assert.deepEqual(toScenario(trial, trial.official(), CODES, ""), { nama: "" });
});

test("what no page wrote is refused", () => {
  for (const plain of [
    null, 3, { skor: { bobot: { lain: 1 } } }, { skor: { bobot: { air: -1 } } }, { skor: { bobot: { air: 0 } } }, { skor: { bobot: { air: Infinity } } },
    { pilihan: { jumlah: 99 } }, { pilihan: { jumlah: "2" } }, { pilihan: { anggaran: 5 } }, { pilihan: { kunci_masuk: [{ kode: "123" }] } }, { hapus: "semua" },
    { pilihan: { kunci_masuk: [{ kode: CODES[2] }] } }, { pilihan: { min_per_kecamatan: 5 } },
  ]) assert.equal(fromScenario(trial, plain, CODES), null, JSON.stringify(plain));
});

test("the file is TOML whatever the name", () => {
  const scenario = { nama: "a\"]\n[kajian]\\\u007f", skor: { bobot: { air: 1, "a b": 1e-7 } }, pilihan: { jumlah: 2, kunci_masuk: [] } };
  assert.equal(toToml(scenario, { remark: ["satu\ndua"], kajian: "Kabupaten \"X\"", tahun: 2026, daftar: ["9901012001"] }), [
    "# satu dua", "", "[skenario]", "nama = \"a\\\"]\\n[kajian]\\\\\\u007f\"", "kabupaten = \"Kabupaten \\\"X\\\"\"", "tahun = 2026",
    "daftar = [\"9901012001\"]", "", "[skor.bobot]", "air = 1.0", "\"a b\" = 1e-7", "", "[pilihan]", "jumlah = 2", "kunci_masuk = []", "",
  ].join("\n"));
});

test("a cell of CSV is never a formula", () => {
  assert.deepEqual(["=1+1", "+62", "-2", "@SUM", "\tx", "Air \"A\"; b", "12,3"].map(csvCell),
    ["\"'=1+1\"", "\"'+62\"", "\"'-2\"", "\"'@SUM\"", "\"'\tx\"", "\"Air \"\"A\"\"; b\"", "\"12,3\""]);
});

test("columns are sorted by the number their texts begin with", () => {
  assert.deepEqual(["1.234,5 (2–3)", "−2,5", "–", "disamarkan"].map((words) => leadingNumber(words, "id")), [1234.5, -2.5, NaN, NaN]);
  assert.equal(leadingNumber("1,234.5 %", "en"), 1234.5);
});
