/** Files in and out: uploads that say how far they are, downloads that may need the password again. */
import { headersOf, overcome, problemIn, send, unexpected, unreachable } from "./send";
import { isProblem, type Problem } from "./problem";

/** Fetches a file and hands it to the browser to keep. Throws a `Problem`. */
export async function download(path: string, query: Record<string, string | number | undefined> = {}) {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const response = await send(new Request(url));
  if (!response.ok) throw (await problemIn(response)) as unknown;
  keep(await response.blob(), nameIn(response.headers.get("content-disposition")) ?? path.split("/").pop());
}

/** Hands bytes to the browser as a file. */
export function keep(bytes: Blob, name = "linli") {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function nameIn(disposition: string | null): string | undefined {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? "")?.[1];
  if (encoded !== undefined) return decodeURIComponent(encoded);
  return /filename="?([^";]+)"?/i.exec(disposition ?? "")?.[1];
}

export interface Upload {
  path: string;
  query?: Record<string, string | number | boolean>;
  body: Blob;
  /** Bytes sent so far; called for the last byte too. */
  onProgress: (sent: number, total: number) => void;
  signal?: AbortSignal;
}

/** Sends a file; the answer is its JSON. Throws a `Problem`. `fetch` cannot tell how much has gone out. */
export async function upload<Answer>(wanted: Upload): Promise<Answer> {
  let renewed = false;
  for (;;) {
    const { status, body } = await uploadOnce(wanted);
    if (status >= 200 && status < 300) return body as Answer;
    const problem: Problem = isProblem(body) ? body : status === 0 ? unreachable() : unexpected(status);
    if (!(await overcome(problem, renewed))) throw problem as unknown;
    renewed = problem.code === "auth.csrf";
  }
}

function uploadOnce({ path, query = {}, body, onProgress, signal }: Upload) {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  return new Promise<{ status: number; body: unknown }>((resolve) => {
    const request = new XMLHttpRequest();
    const done = () => resolve({ status: request.status, body: parsed(request.responseText) });
    request.open("POST", url);
    request.setRequestHeader("content-type", "application/octet-stream");
    for (const [name, value] of Object.entries(headersOf("POST"))) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress(event.loaded, body.size);
    request.onloadend = done;
    signal?.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
