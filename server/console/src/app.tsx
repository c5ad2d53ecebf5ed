/** What surrounds every page: language, looks, query cache; and which of setup, sign-in and shell is shown. */
import { QueryClientProvider } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { createHashRouter, Navigate, RouterProvider } from "react-router";
import { queries } from "./api/client";
import { SessionContext, useSessionQuery } from "./api/session";
import { PAGES, withTexts } from "./pages";
import { Failed, Loading } from "./shared/states";
import { Crashed, NotFound } from "./shell/crash";
import { SessionDialogs } from "./shell/dialogs";
import { PageSlot, Shell } from "./shell/shell";
import { nonce } from "./nonce";
import { theme } from "./theme";

const Setup = lazy(withTexts("setup", () => import("./pages/setup")));
const SignIn = lazy(withTexts("sign-in", () => import("./pages/sign-in")));

const router = createHashRouter([
  {
    element: <Shell />,
    errorElement: <Crashed />,
    children: [
      ...PAGES.map((page) => ({ path: page.path, element: <PageSlot key={page.name} page={page} /> })),
      // The link of the first run, opened again.
      { path: "/setup", element: <Navigate to="/" replace /> },
      { path: "*", element: <NotFound /> },
    ],
  },
]);

export function App() {
  const { i18n } = useTranslation();
  return (
    <ConfigProvider
      csp={{ nonce }}
      theme={theme}
      locale={i18n.language === "en" ? enUS : zhCN}
      button={{ autoInsertSpace: false }}
      // Browsers keep fields in files in the clear, to fill them in again after a crash, unless they are told not to.
      input={{ autoComplete: "off" }}
    >
      <AntApp message={{ maxCount: 3 }}>
        <QueryClientProvider client={queries}>
          <Door />
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  );
}

/** Once somebody is in, the page stays: an expired session is asked for over it (dialogs.tsx). */
function Door() {
  const { data: session, isError, error, refetch } = useSessionQuery();
  const [entered, setEntered] = useState(session);
  if (session?.state === "signed_in" && session !== entered) setEntered(session);
  const seen = session?.state === "signed_in" ? session : entered;

  if (seen) {
    return (
      <SessionContext value={seen}>
        <RouterProvider router={router} />
        <SessionDialogs expired={session?.state === "signed_out"} />
      </SessionContext>
    );
  }
  if (!session) {
    return (
      <main className="door">
        {isError ? <Failed problem={error} retry={refetch} /> : <Loading rows={4} />}
      </main>
    );
  }
  return (
    <Suspense
      fallback={
        <main className="door">
          <Loading rows={4} />
        </main>
      }
    >
      {session.state === "setup" ? <Setup /> : <SignIn session={session} />}
    </Suspense>
  );
}
