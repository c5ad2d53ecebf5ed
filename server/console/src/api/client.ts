/**
 * The relay's API, typed from its own description.
 *
 *     const grids = api.useQuery("get", "/v1/grids");
 *     const merge = api.useMutation("post", "/v1/merges", { onSuccess: () => refresh("/v1/duplicates") });
 *
 * Failures are `Problem`s. Signing in again and confirming the password happen by themselves (send.ts).
 */
import { QueryClient } from "@tanstack/react-query";
import createClient from "openapi-fetch";
import createQueryClient from "openapi-react-query";
import type { components, paths } from "./schema";
import { send } from "./send";

/** A type of the API by its name: `Schema<"GridBody">`. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

/** Lists change when phones connect; a list that was just read is not read again on the next page. */
const FRESH_MS = 5_000;

export const client = createClient<paths>({ baseUrl: location.origin, fetch: send });
export const api = createQueryClient(client);

export const queries = new QueryClient({
  defaultOptions: {
    // The relay may stand in the same room, without any internet: never wait for "online".
    queries: { staleTime: FRESH_MS, retry: false, networkMode: "always" },
    mutations: { retry: false, networkMode: "always" },
  },
});

/** Reads again whatever comes from these addresses and is on the page. */
export async function refresh(...addresses: (keyof paths)[]) {
  await queries.invalidateQueries({
    predicate: ({ queryKey }) => addresses.some((address) => queryKey[1] === address),
  });
}
