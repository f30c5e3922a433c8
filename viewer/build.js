// Makes the files that lokus places into its pages: `npm run build`. With --check it writes nothing and fails where
// a committed file differs from what the sources give.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const NOTE = "/* Made by `npm run build` in viewer from its sources; do not edit. */\n";
const HOMES = [["page.js", "web_map.js", "iife"], ["widget.js", "widget.js", "esm"]];
const here = fileURLToPath(new URL(".", import.meta.url));
let stale = false;
for (const [source, target, format] of HOMES) {
  // Plain ASCII: a page holds no character that is not seen, not even in the viewer's own texts.
  const made = await build({
    entryPoints: [`${here}src/${source}`], bundle: true, minify: true, write: false,
    format: /** @type {"iife" | "esm"} */ (format), target: "es2022", legalComments: "none",
  });
  const text = NOTE + made.outputFiles[0].text.trimEnd() + "\n", path = `${here}../lokus/show/web/templates/${target}`;
  if (!process.argv.includes("--check")) writeFileSync(path, text);
  else if (readFileSync(path, "utf8") !== text) {
    stale = true;
    console.error(`${target} is not what the sources give; run: npm run build`);
  }
}
process.exitCode = stale ? 1 : 0;
