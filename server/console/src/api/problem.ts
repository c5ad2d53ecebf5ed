/** Why a request failed, in the language of the page: what the relay says, or what is said for it. */
export interface Problem {
  /** Stable and dotted: `auth.wrong_password`. */
  code: string;
  /** What went wrong and what to do. Show it as it is. */
  text: string;
}

export function isProblem(thing: unknown): thing is Problem {
  return (
    typeof thing === "object" &&
    thing !== null &&
    "code" in thing &&
    typeof thing.code === "string" &&
    "text" in thing &&
    typeof thing.text === "string"
  );
}

/** Anything that was thrown, as a problem that can be shown. */
export function problemOf(error: unknown): Problem {
  if (isProblem(error)) return error;
  return { code: "console.fault", text: error instanceof Error ? error.message : String(error) };
}
