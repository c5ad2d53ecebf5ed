/** What the states of an import look like. */
import type { Tone } from "@/shared/status";

export const TONES: Record<string, Tone> = {
  ready: "waiting",
  importing: "waiting",
  imported: "good",
  undoing: "waiting",
  undone: "neutral",
  failed: "bad",
};
