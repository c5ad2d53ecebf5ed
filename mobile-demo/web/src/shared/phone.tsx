/** Asking the phone from a screen: `useAsk` for what is shown, `useDo` for what is done. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, use, useEffect } from "react";
import type { Args, Method, Phone, PhoneProblem, Result } from "@/phone/calls";

export const PhoneContext = createContext<Phone | null>(null);

export function usePhone(): Phone {
  const phone = use(PhoneContext);
  if (!phone) throw new Error("no PhoneContext");
  return phone;
}

interface AskOptions {
  enabled?: boolean;
  /** What was answered to other arguments stays until the answer to these is there: for typing. */
  keep?: boolean;
}

export function useAsk<M extends Method>(method: M, args: Args<M>, options: AskOptions = {}) {
  const phone = usePhone();
  return useQuery<Result<M>, PhoneProblem>({
    queryKey: [method, args],
    queryFn: () => phone.call(method, args),
    enabled: options.enabled ?? true,
    ...(options.keep === true ? { placeholderData: keepPreviousData } : {}),
  });
}

export function useDo<M extends Method>(method: M) {
  const phone = usePhone();
  return useMutation<Result<M>, PhoneProblem, Args<M>>({ mutationFn: (args) => phone.call(method, args) });
}

/** An exchange with the relay here and now, whatever the kept connection is waiting for. */
export function useSyncNow() {
  const phone = usePhone();
  const queries = useQueryClient();
  return useMutation<Result<"sync">, PhoneProblem>({
    mutationFn: () => phone.call("sync", {}),
    onSuccess: () => {
      void queries.invalidateQueries();
      void phone.call("wake", {}).catch(() => undefined);
    },
  });
}

/** What is shown is asked again at most so often while a lot arrives; quicker than that nobody reads. */
const AGAIN_MS = 250;

/** Questions whose answers the form itself changes, keystroke by keystroke. */
const OWN: readonly string[] = ["draft"] satisfies Method[];

/** Asks again for everything that is shown when something in the store is new. */
export function useNews() {
  const phone = usePhone();
  const queries = useQueryClient();
  useEffect(() => {
    let timer: number | undefined;
    const again = () => {
      timer = undefined;
      void queries.invalidateQueries({ predicate: ({ queryKey }) => !OWN.includes(String(queryKey[0])) });
    };
    const stop = phone.onEvent(({ event }) => {
      if (event === "locked") {
        // What was shown is shown to nobody any more.
        queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "lockState" });
        void queries.invalidateQueries({ queryKey: ["lockState"] });
        return;
      }
      // That the relay is not there changes nothing that is here.
      if (event !== "offline") timer ??= window.setTimeout(again, AGAIN_MS);
    });
    return () => {
      window.clearTimeout(timer);
      stop();
    };
  }, [phone, queries]);
}
