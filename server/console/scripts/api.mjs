// npm run api [-- FILE|URL]: the types of the API client, made from the relay's own description: that of the
// program built last, or of a file or a running relay (/v1/openapi.json).
import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import openapiTS, { astToString } from "openapi-typescript";

const binaries = process.env.LINLI_BIN_DIR ?? path.join(import.meta.dirname, "../../../target/debug");
const from = process.argv[2];
const text =
  from === undefined
    ? execFileSync(path.join(binaries, "linli"), ["openapi"], { encoding: "utf8", maxBuffer: 64 << 20 })
    : /^https?:/.test(from)
      ? await (await fetch(from)).text()
      : await readFile(from, "utf8");
const document = JSON.parse(text);
const target = new URL("../src/api/schema.d.ts", import.meta.url);
await mkdir(new URL(".", target), { recursive: true });
await writeFile(target, astToString(await openapiTS(document)));
console.log(`src/api/schema.d.ts: ${Object.keys(document.paths).length} paths`);
