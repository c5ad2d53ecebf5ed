/** What every start asks, asked before there is a screen to ask it. */
import type { Args, Method, Phone } from "@/phone/calls";
import { campaignChosen } from "./campaign-chosen";
import { doorsKey, doorsPage } from "./doors-page";
import { placeLeft } from "./place-left";

export interface First {
  /** As the screen names the same question. */
  key: readonly unknown[];
  /** The first of several pages. */
  paged: boolean;
  answer: Promise<unknown>;
}

export function askFirst(phone: Phone): First[] {
  const ask = <M extends Method>(method: M, args: Args<M>, pagesOf?: readonly unknown[]): First => {
    const answer = phone.call(method, args);
    // Refused while the phone is locked; the screen that wants it asks again.
    answer.catch(() => undefined);
    return { key: pagesOf ?? [method, args], paged: pagesOf !== undefined, answer };
  };
  const [campaign, left] = [campaignChosen(), placeLeft()];
  const counted = campaign === null ? {} : { campaign };
  const first = [ask("lockState", {}), ask("status", {}), ask("today", { limit: 0, ...counted })];
  if (left) {
    const wanted = { ...left, ...counted };
    first.push(ask("today", doorsPage(wanted, 0), doorsKey(wanted)), ask("buildingChart", wanted));
  }
  return [...first, ask("directives", {}), ask("campaigns", {})];
}
