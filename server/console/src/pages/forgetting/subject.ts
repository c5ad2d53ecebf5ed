/** What is to be destroyed: asked of the relay, counted or done. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { client, queries, type Schema } from "@/api/client";

export type Done = Schema<"ErasureDone">;

export interface Subject {
  what: "emergency" | "household" | "person" | "due";
  /** Of what is due there is none. */
  id: string;
}

interface Wish {
  subject: Subject;
  reason: string;
  /** With a person: all notes of the household go, not only those that name the person. */
  notes: boolean;
}

const FORESEEN = "foreseen";

/** Why records are destroyed, as the relay knows the words; the first is what people come for most. */
export const REASONS = ["request", "moved", "purpose", "order"] as const;

/** What needs no reason from a person: an emergency is over, a time is over. */
export function reasonOf({ what }: Subject): string | undefined {
  return what === "emergency" ? "purpose" : what === "due" ? "retention" : undefined;
}

async function ask({ subject, reason, notes }: Wish, dryRun: boolean): Promise<Done> {
  const { what, id } = subject;
  const { data, error } =
    what === "emergency"
      ? await client.POST("/v1/emergencies/{id}/close", {
          params: { path: { id } },
          body: { dry_run: dryRun },
        })
      : await client.POST("/v1/erasures", { body: { what, id, reason, notes, dry_run: dryRun } });
  if (!data) throw error as unknown;
  return data;
}

/** Counts what would go. The relay writes every asking into the audit, so nothing asks again by itself. */
export function useForeseen(subject: Subject, notes: boolean) {
  const reason = reasonOf(subject) ?? REASONS[0];
  return useQuery({
    queryKey: [FORESEEN, subject.what, subject.id, notes],
    queryFn: () => ask({ subject, reason, notes }, true),
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

export function useDestroy() {
  return useMutation({ mutationFn: (wish: Wish) => ask(wish, false), onSuccess: letGo });
}

/** What this browser has read of the records goes too: lists that nobody looks at now, then those on the page. */
async function letGo() {
  queries.removeQueries({ type: "inactive" });
  await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== FORESEEN });
}
