/**
 * One tab's worker. The browser's files belong to one worker at a time: the first tab that gets the lock holds the
 * store, the others ask it. When its tab is closed or killed the lock goes to another, which asks again for whatever
 * had not been answered.
 */
import {
  refusedBy,
  type Answer,
  type Answers,
  type Ask,
  type Begin,
  type Broken,
  type Holding,
  type Refused,
  type Told,
} from "./ask";
import type { Args, PhoneEvent } from "./calls";
import { Holder, type Wanted } from "./holder";

/** The lock and the channel between tabs. */
const NAME = "linli-phone";

const channel = new BroadcastChannel(NAME);
/** Asked by this tab's screens and not answered yet. */
const waiting = new Map<string, Ask>();
let holder: Holder | null = null;
/** What this tab's screens want of whichever tab holds the store; when that tab goes, this one knows it. */
const wanted: Wanted = { language: "zh", connected: false };
/** Why this tab's worker has the lock and yet no store. */
let failed: Refused | null = null;

addEventListener("message", ({ data }: MessageEvent<Begin | Ask>) => {
  if (data.kind === "begin") {
    begin(data);
    return;
  }
  note(data);
  waiting.set(data.id, data);
  if (holder) void answer(holder, data, hear);
  else if (failed) hear({ kind: "answer", id: data.id, refused: failed });
  else channel.postMessage(data);
});

channel.onmessage = ({ data }: MessageEvent<Ask | Answer | Told | Holding>) => {
  switch (data.kind) {
    case "ask":
      if (holder) void answer(holder, data, (said) => channel.postMessage(said));
      return;
    case "answer": {
      hear(data);
      return;
    }
    case "event": {
      postMessage(data);
      return;
    }
    case "holding":
      failed = null;
      for (const ask of waiting.values()) channel.postMessage(ask);
  }
};

function note({ method, args }: Ask) {
  if (method === "setLanguage") wanted.language = (args as Args<"setLanguage">).language;
  if (method === "stayConnected") wanted.connected = true;
  if (method === "disconnect") wanted.connected = false;
}

function begin({ language }: Begin) {
  wanted.language = language;
  // Held until the tab goes.
  void navigator.locks.request(NAME, async () => {
    try {
      holder = await Holder.open(wanted, tell);
    } catch (error) {
      // Another tab may fare better; this one says why it has nothing to show.
      failed = refusedBy(error);
      for (const { id } of waiting.values()) hear({ kind: "answer", id, refused: failed });
      return;
    }
    // The key was in the memory of the worker that is gone.
    if (holder.locked) tell({ event: "locked" });
    channel.postMessage({ kind: "holding" } satisfies Holding);
    for (const ask of waiting.values()) void answer(holder, ask, hear);
    await new Promise(() => undefined);
  });
}

async function answer(holder: Holder, { id, method, args }: Ask, say: (answer: Answer) => void) {
  try {
    say({ kind: "answer", id, result: await holder.call(method, args) });
  } catch (error) {
    say({ kind: "answer", id, refused: refusedBy(error) });
    // What an engine that stopped in the middle holds in memory is worth nothing; its files are whole.
    if (error instanceof WebAssembly.RuntimeError) postMessage({ kind: "broken" } satisfies Broken);
  }
}

/** What is there in one turn goes in one message: a start's first answers are then drawn once and not one by one. */
const said: Answer[] = [];
const turn = new MessageChannel();
turn.port1.onmessage = () => postMessage({ kind: "answers", answers: said.splice(0) } satisfies Answers);

/** Passes on an answer to a screen of this tab. */
function hear(answer: Answer) {
  if (!waiting.delete(answer.id)) return;
  said.push(answer);
  if (said.length === 1) turn.port2.postMessage(null);
}

function tell(event: PhoneEvent) {
  const told: Told = { kind: "event", event };
  postMessage(told);
  channel.postMessage(told);
}
