/** The campaign that a worker is going from door to door for: chosen on the page of the day, until it is over. */
import { useSyncExternalStore } from "react";
import type { Campaign } from "@/phone/calls";
import { campaignChosen, keepCampaign } from "./campaign-chosen";
import { useAsk } from "./phone";

const listeners = new Set<() => void>();

function listen(changed: () => void) {
  listeners.add(changed);
  // Another tab is the same phone.
  window.addEventListener("storage", changed);
  return () => {
    listeners.delete(changed);
    window.removeEventListener("storage", changed);
  };
}

function choose(name: string | null) {
  keepCampaign(name);
  for (const changed of listeners) changed();
}

interface Chosen {
  /** Those under way. */
  open: readonly Campaign[];
  /** The chosen one, while it is under way. */
  campaign: Campaign | undefined;
  /** Whose visits lists and charts count: nothing for routine visits. */
  counted: { campaign?: string };
  choose: (name: string | null) => void;
}

export function useCampaign(): Chosen {
  const name = useSyncExternalStore(listen, campaignChosen);
  const open = useAsk("campaigns", {}).data;
  const campaign = open?.find((it) => it.name === name);
  // What was chosen counts until it is known that it is over.
  const counts = name !== null && (open === undefined || campaign !== undefined);
  return { open: open ?? [], campaign, counted: counts ? { campaign: name } : {}, choose };
}
