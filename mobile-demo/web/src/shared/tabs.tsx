/** The bar at the bottom: the four places that everything is reached from. */
import { CalendarOutline, ExclamationShieldOutline, MessageOutline, UserOutline } from "antd-mobile-icons";
import type { ReactNode } from "react";
import { useTranslation } from "@/shared/texts";
import { NavLink } from "react-router";
import { useAsk } from "./phone";

export function Tabs() {
  const { t } = useTranslation();
  const notices = useAsk("status", {}).data?.notices ?? 0;
  const unread = useAsk("directives", {}).data?.filter(({ read_at }) => read_at === null).length ?? 0;
  return (
    <nav className="tabs" aria-label={t("tabs")}>
      <Tab to="/" icon={<CalendarOutline />} words={t("tab.today")} />
      <Tab to="/issues" icon={<ExclamationShieldOutline />} words={t("tab.issues")} />
      <Tab to="/messages" icon={<MessageOutline />} words={t("tab.messages")} count={notices + unread} />
      <Tab to="/me" icon={<UserOutline />} words={t("tab.me")} />
    </nav>
  );
}

function Tab({ to, icon, words, count = 0 }: { to: string; icon: ReactNode; words: string; count?: number }) {
  const { t } = useTranslation();
  return (
    <NavLink to={to} end className="tab">
      <span className="tab-icon" aria-hidden>
        {icon}
      </span>
      <span>{words}</span>
      {count > 0 && (
        <span className="count-badge">
          {count}
          <span className="only-read-aloud"> {t("tab.new")}</span>
        </span>
      )}
    </NavLink>
  );
}
