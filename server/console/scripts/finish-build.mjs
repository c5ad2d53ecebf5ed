// Puts a .br beside each text file of dist/ and fails when `/` loads more than its budget.
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

/** What an office computer on a slow line loads before it sees the first page. */
const FIRST_LOAD_BYTES_MAX = 600 * 1000;
const TEXT = /\.(html|js|css|svg|json)$/;

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const manifest = JSON.parse(await readFile(join(dist, ".vite/manifest.json"), "utf8"));
await rm(join(dist, ".vite"), { recursive: true });

const compressed = new Map();
const compress = promisify(brotliCompress);
for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  const file = join(entry.parentPath, entry.name);
  if (!entry.isFile() || !TEXT.test(file)) continue;
  const name = relative(dist, file).replaceAll("\\", "/");
  const bytes = await compress(await readFile(file), {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: (await stat(file)).size,
    },
  });
  // The relay writes a nonce into index.html, so that one is compressed when it is sent, if at all.
  if (name !== "index.html") await writeFile(`${file}.br`, bytes);
  compressed.set(name, bytes.length);
}

const loaded = new Set(["index.html", "icon.svg"]);
function load(key) {
  const chunk = manifest[key];
  if (chunk === undefined) throw new Error(`not in the manifest: ${key}`);
  if (loaded.has(chunk.file)) return;
  loaded.add(chunk.file);
  for (const file of chunk.css ?? []) loaded.add(file);
  for (const other of chunk.imports ?? []) load(other);
}
load("index.html");
const ofOverview = Object.keys(manifest).filter((key) => key.startsWith("src/pages/overview/"));
if (ofOverview.length === 0) throw new Error("the page at `/` is not in the manifest");
ofOverview.forEach(load);

const sum = [...loaded].reduce((bytes, name) => bytes + (compressed.get(name) ?? 0), 0);
for (const name of loaded) console.log(`${String(compressed.get(name)).padStart(8)} B  ${name}`);
console.log(
  `first load: ${(sum / 1000).toFixed(1)} kB compressed, at most ${FIRST_LOAD_BYTES_MAX / 1000} kB`,
);
if (sum > FIRST_LOAD_BYTES_MAX) {
  console.error("over the budget: load what is not needed at once with import()");
  process.exit(1);
}
