// Puts a .br beside each text file of dist/ and fails when the app is over its budgets.
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

/** Scripts and styles: what is left of the whole app's budget beside the engine. */
const SCREENS_BYTES_MAX = 450 * 1000;
/** Everything that is downloaded once, the engine included. */
const APP_BYTES_MAX = 1500 * 1000;
const TEXT = /\.(html|js|css|svg|json|wasm|webmanifest)$/;
const SCREENS = /\.(html|js|css)$/;

const dist = fileURLToPath(new URL("../dist", import.meta.url));
await rm(join(dist, "manifest.build.json"), { force: true });

const compress = promisify(brotliCompress);
const sizes = new Map();
for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  const file = join(entry.parentPath, entry.name);
  if (!entry.isFile() || file.endsWith(".br")) continue;
  const name = relative(dist, file).replaceAll("\\", "/");
  const { size } = await stat(file);
  if (!TEXT.test(file)) {
    sizes.set(name, size);
    continue;
  }
  const bytes = await compress(await readFile(file), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: size },
  });
  await writeFile(`${file}.br`, bytes);
  sizes.set(name, bytes.length);
}

const sum = (of) => [...sizes].reduce((bytes, [name, size]) => bytes + (of.test(name) ? size : 0), 0);
const [screens, app] = [sum(SCREENS), sum(/./)];
for (const [name, size] of [...sizes].sort(([, a], [, b]) => b - a).slice(0, 12))
  console.log(`${String(size).padStart(8)} B  ${name}`);
console.log(
  `scripts and styles: ${(screens / 1000).toFixed(1)} kB of ${SCREENS_BYTES_MAX / 1000} kB compressed`,
);
console.log(`whole app: ${(app / 1000).toFixed(1)} kB of ${APP_BYTES_MAX / 1000} kB compressed`);
if (screens > SCREENS_BYTES_MAX || app > APP_BYTES_MAX) {
  console.error("over the budget: leave something out");
  process.exit(1);
}
