/** The frame of every screen: its name, the way back, the state of the connection, what can be done below. */
import { LeftOutline } from "antd-mobile-icons";
import { useEffect, useRef, type ReactNode, type Ref } from "react";
import { useTranslation } from "@/shared/texts";
import { useNavigate } from "react-router";
import { SyncBadge } from "./sync-state";
import { Tabs } from "./tabs";

interface ScreenProps {
  title: string;
  /** Where back leads when there is nothing to go back to; without it there is no way back. */
  back?: string;
  /** Below the title and above what scrolls. */
  top?: ReactNode;
  /** Stays at the bottom. */
  foot?: ReactNode;
  /** One of the places that the bottom bar leads to. */
  tabs?: boolean;
  scroller?: Ref<HTMLElement>;
  children: ReactNode;
}

export function Screen({ title, back, top, foot, tabs, scroller, children }: ScreenProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = t("screen.title", { title });
  }, [title, t]);
  // Whoever has the screen read aloud hears where they are.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const goBack = () => {
    const state: unknown = history.state;
    const index = typeof state === "object" && state !== null && "idx" in state ? state.idx : 0;
    if (typeof index === "number" && index > 0) void navigate(-1);
    else void navigate(back ?? "/", { replace: true });
  };
  return (
    <div className="screen">
      <header>
        <div className="screen-head">
          {back !== undefined && (
            <button type="button" className="icon-button" onClick={goBack} aria-label={t("screen.back")}>
              <LeftOutline aria-hidden />
            </button>
          )}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          <SyncBadge />
        </div>
        {top}
      </header>
      <main className="screen-body" ref={scroller} tabIndex={-1}>
        {children}
      </main>
      {foot !== undefined && <footer className="screen-foot">{foot}</footer>}
      {tabs === true && <Tabs />}
    </div>
  );
}
