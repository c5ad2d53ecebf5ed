/** Once a run: a relay's data folder with a large community in it, copied for each story that wants it. */
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { run, start, stop } from "../../console/src/programs.ts";

const folder = join(import.meta.dirname, "../test-results/prepared");

/** 11,500 households in 33 grids, no accounts, no phones. */
export const LARGE = join(folder, "large");

export default async function prepare() {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const rosters = join(folder, "rosters");
  await run("linli", ["sample", "--profile", "large-community", "--seed", "1", "--out", rosters, "--json"]);
  const relay = await start("linli", ["serve", "--json", "--listen", "127.0.0.1:0", "--data", LARGE]);
  const connection = ["--json", "--url", String(relay.hello.url), "--token-file", join(LARGE, "admin-token")];
  for (const name of (await readdir(rosters)).filter((it) => /\.(xlsx|xls|csv)$/.test(it))) {
    const community = name.replace(/居民名册.*$/, "");
    await run("linli", ["import", "roster", join(rosters, name), "--community", community, ...connection]);
  }
  await stop(relay);
}
