/** Where the connection stands, made of the phone's events; and the badge that every screen shows of it. */
import {
  CheckCircleOutline,
  ClockCircleOutline,
  ExclamationCircleOutline,
  LoopOutline,
  MinusCircleOutline,
} from "antd-mobile-icons";
import { createContext, use, useEffect, useReducer, type ReactNode } from "react";
import { useTranslation } from "@/shared/texts";
import { Link } from "react-router";
import type { PhoneEvent } from "@/phone/calls";
import { useAsk, usePhone } from "./phone";

/** `told`: the office does not let this phone fetch anything for now. */
export type Stand = "connecting" | "offline" | "syncing" | "synced" | "told";

export interface SyncState {
  stand: Stand;
  /** Why the relay is not there, if it is not. */
  why: string | null;
}

const Context = createContext<SyncState>({ stand: "connecting", why: null });

export const useSyncState = () => use(Context);

type Heard = PhoneEvent | { event: "network"; there: boolean };

function next(state: SyncState, heard: Heard): SyncState {
  switch (heard.event) {
    case "connected":
      return { stand: "syncing", why: null };
    case "snapshot":
    case "received":
    case "sent":
      return state.stand === "synced" ? state : { stand: "syncing", why: null };
    case "caught_up":
      return { stand: "synced", why: null };
    case "told":
    case "ended":
      return { stand: "told", why: heard.text };
    case "offline":
      return { stand: "offline", why: heard.text };
    case "network":
      if (!heard.there) return { stand: "offline", why: null };
      return state.stand === "offline" ? { stand: "connecting", why: null } : state;
    default:
      return state;
  }
}

export function SyncProvider({ children }: { children: ReactNode }) {
  const phone = usePhone();
  const [state, hear] = useReducer(next, null, (): SyncState => {
    return { stand: navigator.onLine ? "connecting" : "offline", why: null };
  });
  useEffect(() => phone.onEvent(hear), [phone]);
  useEffect(() => {
    const wake = () => void phone.call("wake", {}).catch(() => undefined);
    const network = () => {
      hear({ event: "network", there: navigator.onLine });
      if (navigator.onLine) wake();
    };
    const seen = () => {
      if (document.visibilityState === "visible") wake();
    };
    window.addEventListener("online", network);
    window.addEventListener("offline", network);
    document.addEventListener("visibilitychange", seen);
    return () => {
      window.removeEventListener("online", network);
      window.removeEventListener("offline", network);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [phone]);
  return <Context value={state}>{children}</Context>;
}

const ICONS: Record<Stand, ReactNode> = {
  connecting: <ClockCircleOutline />,
  offline: <MinusCircleOutline />,
  syncing: <LoopOutline />,
  synced: <CheckCircleOutline />,
  told: <ExclamationCircleOutline />,
};

/** Work that waits while the relay is there is on its way. */
export function useShownStand(): { stand: Stand; unsent: number } {
  const { stand } = useSyncState();
  const unsent = useAsk("status", {}).data?.unsent ?? 0;
  return { stand: stand === "synced" && unsent > 0 ? "syncing" : stand, unsent };
}

/** Always there, never red: being offline is nobody's fault. */
export function SyncBadge() {
  const { t } = useTranslation();
  const { stand, unsent } = useShownStand();
  const words = t(`sync.${stand}`);
  return (
    <Link
      to="/sync"
      className={`sync-badge sync-${stand}`}
      aria-label={t("sync.badge", { words, count: unsent })}
    >
      <span aria-hidden className="sync-icon">
        {ICONS[stand]}
      </span>
      <span aria-hidden>{unsent > 0 ? t("sync.words_unsent", { words, count: unsent }) : words}</span>
    </Link>
  );
}
