/** Anything that was thrown, as something that can be shown. */
import { PhoneProblem } from "@/phone/calls";

export function problemOf(error: unknown): { code: string; text: string } {
  if (error instanceof PhoneProblem) return error;
  return { code: "app.fault", text: error instanceof Error ? error.message : String(error) };
}
