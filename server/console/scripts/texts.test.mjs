// Every text that is asked for exists in both languages, and every text that exists is asked for. For the pages in whose
// folder it is run.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

const src = pathToFileURL(join(process.cwd(), "src/"));
/** What i18next appends to a key for singular and plural. */
const PLURAL = /_(zero|one|two|few|many|other)$/;

const read = (path) => readFile(new URL(path, src), "utf8");
const keysOf = async (path) =>
  new Set(Object.keys(JSON.parse(await read(path))).map((key) => key.replace(PLURAL, "")));

/** Keys in `t("…")`, and beginnings of keys in t(`…${`. A conditional inside the call names both. */
function asked(text) {
  const whole = new Set();
  const starts = new Set();
  // What a comment asks for as an example is not asked for.
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "");
  for (const [, call] of code.matchAll(/\bt\(((?:[^()]|\([^()]*\))*)\)/g)) {
    for (const [, key] of call.matchAll(/"([\w.-]+)"/g)) whole.add(key);
    for (const [, start] of call.matchAll(/`([\w.-]+)\$\{/g)) starts.add(start);
  }
  return { code, whole, starts };
}

function folderOf(path) {
  return /^pages\/([^/]+)\//.exec(path)?.[1] ?? null;
}

/** What is wrong with texts `{folder: {zh, en}}` (null is src/shared) and sources `[path, text]`. */
function faults(texts, sources) {
  const wrong = [];
  const used = new Map([...texts.keys()].map((folder) => [folder, new Set()]));
  for (const [folder, { zh, en }] of texts) {
    for (const key of zh) if (!en.has(key)) wrong.push(`${folder ?? "shared"}: no English for ${key}`);
    for (const key of en) if (!zh.has(key)) wrong.push(`${folder ?? "shared"}: no Chinese for ${key}`);
  }
  for (const [path, text] of sources) {
    const places = [folderOf(path), null].filter((folder) => texts.has(folder));
    const { code, whole, starts } = asked(text);
    for (const key of whole) {
      const place = places.find((folder) => texts.get(folder).zh.has(key));
      if (place === undefined) {
        // A call may hold other words than keys; those have no dot and no like.
        if (code.includes(`t("${key}"`)) wrong.push(`${path}: no text for ${key}`);
      } else {
        used.get(place).add(key);
      }
    }
    for (const start of starts) {
      const found = places.flatMap((folder) =>
        [...texts.get(folder).zh].filter((key) => key.startsWith(start)).map((key) => [folder, key]),
      );
      if (found.length === 0) wrong.push(`${path}: no text begins with ${start}`);
      for (const [folder, key] of found) used.get(folder).add(key);
    }
  }
  for (const [folder, { zh }] of texts) {
    for (const key of zh)
      if (!used.get(folder).has(key)) wrong.push(`${folder ?? "shared"}: nobody asks for ${key}`);
  }
  return wrong;
}

test("texts are complete and used", async () => {
  const files = (await readdir(src, { recursive: true })).map((path) => path.replaceAll("\\", "/"));
  const texts = new Map();
  for (const path of files.filter((it) => it.endsWith("/zh.json"))) {
    const both = { zh: await keysOf(path), en: await keysOf(path.replace("zh.json", "en.json")) };
    texts.set(path.startsWith("shared/") ? null : folderOf(path), both);
  }
  assert.ok(texts.size > 5, "the texts were not found");
  const code = files.filter((path) => /\.tsx?$/.test(path) && !path.endsWith(".d.ts"));
  const sources = await Promise.all(code.map(async (path) => [path, await read(path)]));
  assert.deepEqual(faults(texts, sources), []);
});

test("planted faults are found", () => {
  const texts = (zh, en) => new Map([[null, { zh: new Set(zh), en: new Set(en) }]]);
  const page = (text) => [["pages/a/index.tsx", text]];
  assert.deepEqual(faults(texts(["a"], []), page('t("a")')), ["shared: no English for a"]);
  assert.deepEqual(faults(texts(["a", "b"], ["a", "b"]), page('t("a")')), ["shared: nobody asks for b"]);
  assert.deepEqual(faults(texts(["a"], ["a"]), page('t("a") + t("c", { n })')), [
    "pages/a/index.tsx: no text for c",
  ]);
  assert.deepEqual(faults(texts(["a"], ["a"]), page('t("a") + t(`x.${y}`)')), [
    "pages/a/index.tsx: no text begins with x.",
  ]);
  assert.deepEqual(
    faults(texts(["a", "b", "c.d"], ["a", "b", "c.d"]), page('t(x ? "a" : "b") + t(`c.${y}`)')),
    [],
  );
});
