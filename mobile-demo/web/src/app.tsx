/** What surrounds every screen: the phone, what it was asked, the words of the component library. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { ConfigProvider } from "antd-mobile";
import enUS from "antd-mobile/es/locales/en-US";
import zhCN from "antd-mobile/es/locales/zh-CN";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Phone } from "./phone/calls";
import { Door } from "./door";
import type { First } from "./shared/first";
import { PhoneContext, useNews } from "./shared/phone";
import { SyncProvider } from "./shared/sync-state";
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

export function App({ phone, first }: { phone: Phone; first: readonly First[] }) {
  const { i18n } = useTranslation();
  useState(() => {
    for (const { method, args, answer } of first)
      queries.query({ queryKey: [method, args], queryFn: () => answer }).catch(() => undefined);
  });
  return (
    <ConfigProvider locale={i18n.language === "en" ? enUS : zhCN}>
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
    </ConfigProvider>
  );
}

function News() {
  useNews();
  return null;
}
