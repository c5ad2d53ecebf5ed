/** What surrounds every screen: the phone, what it was asked, the words of the component library. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { ConfigProvider } from "antd-mobile";
import enUS from "antd-mobile/es/locales/en-US";
import zhCN from "antd-mobile/es/locales/zh-CN";
import { useState, type ReactNode } from "react";
import type { Phone } from "./phone/calls";
import { Door } from "./door";
import type { First } from "./shared/first";
import { PhoneContext, useNews } from "./shared/phone";
import { SyncProvider } from "./shared/sync-state";
import { TextsProvider, useLanguage } from "./shared/texts";
import { UpdateProvider } from "./shared/update";

const queries = new QueryClient({
  defaultOptions: {
    // The phone answers from its own store: a network, or the lack of one, changes nothing.
    queries: {
      networkMode: "always",
      retry: false,
      staleTime: Infinity,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
    },
    mutations: { networkMode: "always", retry: false },
  },
});

function keep({ key: queryKey, paged, answer }: First): Promise<unknown> {
  const queryFn = () => answer;
  if (paged) return queries.infiniteQuery({ queryKey, queryFn, initialPageParam: 0 });
  return queries.query({ queryKey, queryFn });
}

export function App({ phone, first }: { phone: Phone; first: readonly First[] }) {
  useState(() => {
    for (const it of first) keep(it).catch(() => undefined);
  });
  return (
    <TextsProvider>
      <ComponentTexts>
        <PhoneContext value={phone}>
          <QueryClientProvider client={queries}>
            <News />
            <SyncProvider>
              <UpdateProvider>
                <Door />
              </UpdateProvider>
            </SyncProvider>
          </QueryClientProvider>
        </PhoneContext>
      </ComponentTexts>
    </TextsProvider>
  );
}

/** The component library's own words. */
function ComponentTexts({ children }: { children: ReactNode }) {
  return <ConfigProvider locale={useLanguage() === "en" ? enUS : zhCN}>{children}</ConfigProvider>;
}

function News() {
  useNews();
  return null;
}
