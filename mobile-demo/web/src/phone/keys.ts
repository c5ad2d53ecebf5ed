/**
 * The key that locks the store. It is wrapped with a key that the browser never shows to anybody, kept beside it, and
 * with a PIN once more with a key made of that. Whoever copies the browser's folder has to break both.
 */
import type { Language } from "@/language";
import { PhoneProblem } from "./calls";
import { says } from "./says";

const DATABASE = "linli-keys";
const TABLE = "keys";
const ROW = "store";

/** As OWASP's password storage advice asks of PBKDF2 with SHA-256 (2023): about a second on an old phone. */
const ITERATIONS = 600_000;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** AES-GCM's own size. */
const IV_BYTES = 12;

/** So many wrong PINs are free; each one after them doubles the wait, from the first to the longest. */
const WRONG_FREE = 4;
const WAIT_FIRST_MS = 30_000;
const WAIT_LONGEST_MS = 3_600_000;

interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  bytes: ArrayBuffer;
}

interface Row {
  /** Cannot be exported, not even by this page. */
  device: CryptoKey;
  sealed: Sealed;
  /** With a PIN: `sealed` opens to another seal, which the PIN opens. */
  pin?: { salt: Uint8Array<ArrayBuffer>; iv: Uint8Array<ArrayBuffer> };
  wrong: number;
  /** By the phone's clock; setting it forward is not worth more than taking the PIN off would be. */
  wait_until: number;
}

/** The key, made at the first time; nothing while a PIN guards it. */
export async function open(): Promise<Uint8Array | null> {
  const row = await load();
  if (!row) {
    const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
    const device = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
      "encrypt",
      "decrypt",
    ]);
    await save({ device, sealed: await seal(device, key), wrong: 0, wait_until: 0 });
    return key;
  }
  return row.pin ? null : new Uint8Array(await unseal(row.device, row.sealed));
}

/** Whether there is a PIN, and how long none can be tried. */
export async function state(): Promise<{ pin: boolean; wait_ms: number }> {
  const row = await load();
  return { pin: row?.pin !== undefined, wait_ms: Math.max(0, (row?.wait_until ?? 0) - Date.now()) };
}

/** The first PIN. */
export async function setPin(pin: string): Promise<null> {
  const row = await load();
  if (row && !row.pin) await guard(row, await unseal(row.device, row.sealed), pin);
  return null;
}

export async function changePin(pin: string, newPin: string, language: Language): Promise<null> {
  const key = await unlock(pin, language);
  const row = await load();
  if (row) await guard(row, key.buffer, newPin);
  return null;
}

/** The key, for who knows the PIN. */
export async function unlock(pin: string, language: Language): Promise<Uint8Array<ArrayBuffer>> {
  const row = await load();
  if (!row) throw new PhoneProblem("phone.key_lost", says("phone.key_lost", language));
  const inner = await unseal(row.device, row.sealed);
  if (!row.pin) return new Uint8Array(inner);
  if (row.wait_until > Date.now()) throw new PhoneProblem("phone.pin_wait", says("phone.pin_wait", language));
  try {
    const key = await unseal(await fromPin(pin, row.pin.salt), { iv: row.pin.iv, bytes: inner });
    if (row.wrong > 0) await save({ ...row, wrong: 0, wait_until: 0 });
    return new Uint8Array(key);
  } catch {
    const wrong = row.wrong + 1;
    const wait =
      wrong < WRONG_FREE ? 0 : Math.min(WAIT_FIRST_MS * 2 ** (wrong - WRONG_FREE), WAIT_LONGEST_MS);
    await save({ ...row, wrong, wait_until: wait > 0 ? Date.now() + wait : 0 });
    throw new PhoneProblem("phone.wrong_pin", says("phone.wrong_pin", language));
  }
}

/** Forgets the key: what it locked is lost for good. */
export async function forget(): Promise<void> {
  await table("readwrite", (rows) => rows.delete(ROW));
}

async function guard(row: Row, key: ArrayBuffer, pin: string) {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const inner = await seal(await fromPin(pin, salt), new Uint8Array(key));
  const sealed = await seal(row.device, new Uint8Array(inner.bytes));
  await save({ device: row.device, sealed, pin: { salt, iv: inner.iv }, wrong: 0, wait_until: 0 });
}

async function fromPin(pin: string, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const typed = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, [
    "deriveKey",
  ]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ITERATIONS };
  return crypto.subtle.deriveKey(how, typed, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

async function seal(key: CryptoKey, plain: Uint8Array<ArrayBuffer>): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  return { iv, bytes: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain) };
}

function unseal(key: CryptoKey, { iv, bytes }: Sealed): Promise<ArrayBuffer> {
  return crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, bytes);
}

async function load(): Promise<Row | undefined> {
  return table<Row | undefined>("readonly", (rows) => rows.get(ROW) as IDBRequest<Row | undefined>);
}

async function save(row: Row): Promise<void> {
  await table("readwrite", (rows) => rows.put(row, ROW));
}

/** One transaction; durable when it is over. */
async function table<T>(mode: IDBTransactionMode, work: (rows: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(problem(opening.error));
  });
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(TABLE, mode, { durability: "strict" });
      const asked = work(transaction.objectStore(TABLE));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = () => reject(problem(transaction.error));
    });
  } finally {
    database.close();
  }
}

function problem(error: DOMException | null): Error {
  return error ?? new Error("the browser keeps no keys");
}
