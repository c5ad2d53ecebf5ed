/** What stands in the files of a folder, as somebody finds it who has copied them. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export type Files = Map<string, Buffer>;

/** Every file below a folder, by its name. */
export async function read(folder: string): Promise<Files> {
  const files: Files = new Map();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile()) continue;
    // Browsers take files away while they are read.
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes !== undefined) files.set(path.slice(folder.length + 1), bytes);
  }
  return files;
}

/** The files that have a text, in one of the ways that browsers write texts: the last is that of addresses. */
export function where(files: Files, text: string): string[] {
  const forms = [
    Buffer.from(text, "utf8"),
    Buffer.from(text, "utf16le"),
    Buffer.from(encodeURIComponent(text)),
  ];
  return [...files].filter(([, bytes]) => forms.some((form) => bytes.includes(form))).map(([name]) => name);
}

/** Which of some texts can be read, and in which files. */
export function leaked(files: Files, planted: Record<string, string>): Record<string, string[]> {
  const all = Object.entries(planted).map(([what, text]) => [what, where(files, text)] as const);
  return Object.fromEntries(all.filter(([, names]) => names.length > 0));
}
