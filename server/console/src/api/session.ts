/** Who is signed in and what they can do. */
import { createContext, useContext } from "react";
import type { Action } from "./actions";
import { api, client, queries, type Schema } from "./client";
import { headersOf, rememberCsrf } from "./send";

export type Session = Schema<"SessionBody">;

const options = api.queryOptions("get", "/v1/session");

/** Asks before anything is drawn; whoever wants the answer waits for the same one. */
export function askSession() {
  // A failure is shown by whoever waits for the answer.
  queries.query(options).catch(() => undefined);
}

/** Asked again when the window comes to the front: another tab may have signed out. */
export function useSessionQuery() {
  return api.useQuery("get", "/v1/session", undefined, {
    staleTime: 0,
    select: (session) => {
      rememberCsrf(session.csrf);
      return session;
    },
  });
}

/** Takes over what the relay answered about the session. */
export function seat(session: Session) {
  rememberCsrf(session.csrf);
  queries.setQueryData(options.queryKey, session);
}

/** Signs in; the answer goes to the cache, and everything on the page may be read. */
export async function signIn(name: string, password: string): Promise<Session> {
  const { data, error } = await client.POST("/v1/session", { body: { name, password } });
  if (error) throw error as unknown;
  seat(data);
  return data;
}

export async function confirm(password: string): Promise<void> {
  const { data, error } = await client.POST("/v1/session/confirm", { body: { password } });
  if (error) throw error as unknown;
  seat(data);
}

/** Signs out and starts the page anew, so that nothing that was read stays in it. */
export async function signOut(): Promise<void> {
  await fetch("/v1/session", { method: "DELETE", headers: headersOf("DELETE") });
  location.hash = "#/";
  location.reload();
}

export const SessionContext = createContext<Session | null>(null);

/** The session of whoever sees this page. */
export function useSession(): Session & { user: NonNullable<Session["user"]> } {
  const session = useContext(SessionContext);
  if (!session?.user) throw new Error("useSession is for pages inside the shell");
  return { ...session, user: session.user };
}

/** `can("resolve")`: hide what this person may not do. */
export function useCan(): (action: Action) => boolean {
  const { can } = useSession();
  return (action) => can.includes(action);
}
