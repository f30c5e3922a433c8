// Answers rule sets given on the standard input, for the Python tests and the benchmark: lists and times.
import { readFileSync } from "node:fs";
import { choose, readTrial } from "../src/trial.js";

const { trial: plain, group, cases } = JSON.parse(readFileSync(0, "utf8"));
const trial = readTrial(plain, group);
const answers = cases.map((/** @type {any} */ one) => {
  const start = process.cpuUsage();
  const outcome = choose(trial, { ...trial.official(), ...one, inside: new Set(one.inside), outside: new Set(one.outside) });
  return {
    kind: outcome?.answer.kind, chosen: outcome?.answer.chosen, number: outcome && Array.from(outcome.number),
    rank: outcome && Array.from(outcome.rank), sum: outcome?.sum, cpu: process.cpuUsage(start).user / 1000,
  };
});
console.log(JSON.stringify(answers));
