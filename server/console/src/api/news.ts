/**
 * What happens at the relay while a page is open: one connection a tab, resumed where it broke.
 *
 *     useNews((news) => { if (news.kind === "household") … });
 *
 * A hidden tab lets its connection go, because a browser has only six to one relay; when it is seen again it
 * hears of everything it has missed. News only name things: read them anew.
 */
import { useEffect, useEffectEvent, useRef } from "react";
import { refresh, type Schema } from "./client";

export type News = Schema<"News">;

/** After the relay refused, for example because the session has ended; signing in is asked for elsewhere. */
const AGAIN_MS = 5_000;

/** News come in crowds, as when hundreds of households move: what is shown is read again once for all of them. */
const GATHER_MS = 500;

const listeners = new Set<(news: News) => void>();
let source: EventSource | null = null;
let again: number | undefined;
/** The id to go on after. */
let last = "";

function open() {
  window.clearTimeout(again);
  if (source !== null || listeners.size === 0 || document.hidden) return;
  const opened = new EventSource(last === "" ? "/v1/events" : `/v1/events?after=${last}`);
  source = opened;
  opened.onmessage = (event: MessageEvent<string>) => {
    if (event.lastEventId !== "") last = event.lastEventId;
    const news = JSON.parse(event.data) as News;
    for (const hear of listeners) hear(news);
  };
  opened.onerror = () => {
    // The browser comes back by itself after a break, but not after a refusal.
    if (opened.readyState !== EventSource.CLOSED) return;
    close();
    again = window.setTimeout(open, AGAIN_MS);
  };
}

function close() {
  source?.close();
  source = null;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) close();
  else open();
});

function listen(hear: (news: News) => void): () => void {
  listeners.add(hear);
  open();
  return () => {
    listeners.delete(hear);
    if (listeners.size === 0) close();
  };
}

/** Hears everything while the component is on the page. */
export function useNews(hear: (news: News) => void) {
  const heard = useEffectEvent(hear);
  useEffect(() => listen((news) => heard(news)), []);
}

/** Whether the page may have missed something and should read anew what it shows. */
export function isBreak(news: News): boolean {
  return news.kind === "reload" || (news.kind === "hello" && !news.resumed);
}

/** What is in no log: whoever was away for a moment has missed it for good. */
const SAID_ONCE: News["kind"][] = ["device", "import", "import_progress", "claim"];

/** Reads these addresses again, while the component is on the page, when something of these kinds happens. */
export function useFresh(kinds: readonly News["kind"][], ...addresses: Parameters<typeof refresh>) {
  const gathering = useRef<number>(undefined);
  useEffect(() => () => window.clearTimeout(gathering.current), []);
  const missable = kinds.some((kind) => SAID_ONCE.includes(kind));
  useNews((news) => {
    const missed = isBreak(news) || (missable && news.kind === "hello");
    if (!missed && !kinds.includes(news.kind)) return;
    gathering.current ??= window.setTimeout(() => {
      gathering.current = undefined;
      void refresh(...addresses);
    }, GATHER_MS);
  });
}
