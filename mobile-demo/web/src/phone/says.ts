/** Sentences of what happens around the engine, which says everything else itself. */
import type { Language } from "@/language";

const SENTENCES = {
  "phone.locked": ["邻里已锁定,请先输入 密码", "The app is locked: enter the PIN first"],
  "phone.wrong_pin": ["密码不对,请再试一次", "That is not the PIN: try again"],
  "phone.pin_wait": ["错的次数太多,请稍后再试", "Too many wrong PINs: wait a while, then try again"],
  "phone.unsent_work": [
    "还有没上传的记录。请先同步,或在同步页导出成文件",
    "Some records are not uploaded yet: sync first, or export them to a file on the sync page",
  ],
  "phone.key_lost": [
    "这台手机的钥匙不见了(浏览器的数据被清理过),记录打不开。请联系社区办公室重新登记",
    "This phone's key is gone (the browser's data was cleared), so its records cannot be opened: ask the office to enrol it again",
  ],
} as const satisfies Record<string, readonly [string, string]>;

export type Said = keyof typeof SENTENCES;

export function says(code: Said, language: Language): string {
  return SENTENCES[code][language === "en" ? 1 : 0];
}
