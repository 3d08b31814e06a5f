// Bundles what the browser loads: one script, one style sheet, the font and the icons, named by their content.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";

const OUT = "kartoteka/static/dist";
const ICONS = "node_modules/@tabler/icons/icons";

const entry = (name) => [`assets/${name}.ts`, `assets/${name}.js`].find(existsSync);

async function bundle() {
  const result = await build({
    entryPoints: { app: entry("app"), style: "assets/app.css" },
    outdir: OUT,
    entryNames: "[name].[hash]",
    assetNames: "[name].[hash]",
    bundle: true,
    minify: true,
    legalComments: "linked",
    target: ["chrome109", "firefox115", "safari16"],
    format: "iife",
    loader: { ".woff2": "file", ".svg": "file" },
    metafile: true,
    logLevel: "warning",
  });
  const named = {};
  for (const [path, output] of Object.entries(result.metafile.outputs)) {
    const file = basename(path);
    if (output.entryPoint) named[file.endsWith(".css") ? "app.css" : "app.js"] = file;
    else if (file.endsWith(".woff2")) named[file.replace(/\.[A-Z0-9]{8}\.woff2$/, ".woff2")] = file;
  }
  return named;
}

function symbol(line) {
  const [name, style = "outline"] = line.split("/").reverse();
  const path = join(ICONS, style, `${name}.svg`);
  if (!existsSync(path)) throw new Error(`assets/icons.txt names "${line}", which Tabler does not have`);
  const drawing = readFileSync(path, "utf8")
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
    .replace(/\s*\n\s*/g, "");
  const look = style === "filled" ? ' fill="currentColor" stroke="none"' : "";
  const id = style === "filled" ? `${name}-filled` : name;
  return `<symbol id="${id}" viewBox="0 0 24 24"${look}>${drawing}</symbol>`;
}

async function sprite() {
  const wanted = readFileSync("assets/icons.txt", "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith("#"));
  const symbols = [...new Set(wanted)].sort().map(symbol).join("\n");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols}\n</svg>\n`;
  const file = `icons.${createHash("sha256").update(svg).digest("hex").slice(0, 8).toUpperCase()}.svg`;
  await writeFile(join(OUT, file), svg);
  return { "icons.svg": file };
}

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT, { recursive: true });
const manifest = { ...(await bundle()), ...(await sprite()) };
const ordered = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
await writeFile(join(OUT, "manifest.json"), `${JSON.stringify(ordered, null, 2)}\n`);
