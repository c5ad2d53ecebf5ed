/**
 * Sends a request the way every request of the console is sent: with the session's anti-forgery mark and the
 * page's language, waiting for a person where the relay wants one, and always answering with a problem in words
 * when it fails.
 */
import i18n from "@/i18n";
import { ask } from "./gate";
import { isProblem, type Problem } from "./problem";

/** What unsafe requests repeat; learned from every answer about the session. */
let csrf: string | null = null;

export function rememberCsrf(mark: string | null | undefined) {
  csrf = mark ?? null;
}

/** Headers that every request carries. */
export function headersOf(method: string): Record<string, string> {
  const headers: Record<string, string> = { "Accept-Language": i18n.language === "en" ? "en" : "zh-CN" };
  if (csrf !== null && !["GET", "HEAD"].includes(method)) headers["x-linli-csrf"] = csrf;
  return headers;
}

/** `fetch` with patience: the same request goes out again after the person has signed in or confirmed. */
export async function send(request: Request): Promise<Response> {
  let renewed = false;
  for (;;) {
    const response = await once(request.clone());
    if (response.ok) return response;
    const problem = await problemIn(response);
    if (await overcome(problem, renewed)) {
      renewed = problem.code === "auth.csrf";
      continue;
    }
    return Response.json(problem, { status: response.status });
  }
}

/** Whether what stood in the way is gone, so that it is worth sending again. */
export async function overcome(problem: Problem, renewed: boolean): Promise<boolean> {
  switch (problem.code) {
    case "auth.signed_out":
      return ask("sign_in");
    case "auth.confirm":
      return ask("confirm");
    case "auth.csrf":
      // Somebody signed in in another tab of this browser: the cookie is newer than our mark.
      return !renewed && (await renewCsrf());
    default:
      return false;
  }
}

async function renewCsrf(): Promise<boolean> {
  const response = await once(new Request(new URL("/v1/session", location.origin)));
  if (!response.ok) return false;
  const session = (await response.json()) as { csrf?: string | null };
  rememberCsrf(session.csrf);
  return true;
}

async function once(request: Request): Promise<Response> {
  for (const [name, value] of Object.entries(headersOf(request.method))) request.headers.set(name, value);
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    return Response.json(unreachable(), { status: 503 });
  }
}

/** The relay's own words, or ours when something between answered. */
export async function problemIn(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  return isProblem(body) ? body : unexpected(response.status);
}

export function unreachable(): Problem {
  return { code: "console.unreachable", text: i18n.t("problem.unreachable") };
}

export function unexpected(status: number): Problem {
  return { code: "console.unexpected", text: i18n.t("problem.unexpected", { status }) };
}
