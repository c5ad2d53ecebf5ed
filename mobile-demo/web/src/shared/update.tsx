/** New versions of the app: downloaded quietly, used when somebody says so, and nobody is asked while a form is open. */
import { Button } from "antd-mobile";
import { createContext, use, useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "@/shared/texts";
import { registerSW } from "virtual:pwa-register";
import { useAnyFormOpen } from "./open-forms";

/** A worker's phone may stay open for days; the relay is on the same site and answers in one small file. */
const LOOK_EVERY_MS = 60 * 60 * 1000;

interface Update {
  waiting: boolean;
  /** Loads the new version. */
  take: () => void;
}

const Context = createContext<Update>({ waiting: false, take: () => undefined });

export const useUpdate = () => use(Context);

export function UpdateProvider({ children }: { children: ReactNode }) {
  const [waiting, setWaiting] = useState(false);
  const [taken, setTaken] = useState(false);
  const busy = useAnyFormOpen();
  useEffect(() => {
    if (taken && !busy) location.reload();
  }, [taken, busy]);
  const update = useRef<(reload?: boolean) => Promise<void>>(null);
  useEffect(() => {
    let timer: number | undefined;
    update.current = registerSW({
      onNeedRefresh: () => setWaiting(true),
      // Done below: the library reloads only pages that were under a version when they were opened.
      onNeedReload: () => undefined,
      onRegisteredSW: (_url, registration) => {
        timer = window.setInterval(() => {
          if (navigator.onLine) void registration?.update().catch(() => undefined);
        }, LOOK_EVERY_MS);
      },
    });
    return () => window.clearInterval(timer);
  }, []);
  useEffect(() => {
    // Without a safe connection there are no service workers at all.
    const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
    let versioned = serviceWorker?.controller != null;
    const change = () => {
      // The first version comes to a page that has what is in it. A later one may have been taken in another tab: a
      // form in this one is finished first.
      if (versioned) setTaken(true);
      versioned = true;
    };
    serviceWorker?.addEventListener("controllerchange", change);
    return () => serviceWorker?.removeEventListener("controllerchange", change);
  }, []);
  const take = () => void update.current?.(true);
  return <Context value={{ waiting, take }}>{children}</Context>;
}

/** Stands on lists, never on a form. */
export function UpdateNote() {
  const { t } = useTranslation();
  const { waiting, take } = useUpdate();
  const busy = useAnyFormOpen();
  if (!waiting || busy) return null;
  return (
    <div className="note" role="status">
      <span>{t("update.text")}</span>
      <Button size="small" color="primary" fill="outline" onClick={take}>
        {t("update.take")}
      </Button>
    </div>
  );
}
