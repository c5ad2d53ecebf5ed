/** What the office says: directives in force, and which of this phone's values it did not keep. */
import { useTranslation } from "@/shared/texts";
import { useSearchParams } from "react-router";
import { useAsk } from "@/shared/phone";
import { Screen } from "@/shared/screen";
import { Empty, Loaded } from "@/shared/states";
import { DirectiveCard } from "./directive-card";
import { NoticeCard } from "./notice-card";

const PARTS = ["directives", "notices"] as const;

export default function Messages() {
  const { t } = useTranslation("messages");
  const [params, setParams] = useSearchParams();
  const part = PARTS.find((it) => it === params.get("part")) ?? "directives";
  const directives = useAsk("directives", {});
  const notices = useAsk("notices", {});
  const unread = {
    directives: directives.data?.filter(({ read_at }) => read_at === null).length ?? 0,
    notices: notices.data?.filter(({ seen }) => !seen).length ?? 0,
  };
  return (
    <Screen
      title={t("title")}
      tabs
      top={
        <div className="parts" role="group" aria-label={t("title")}>
          {PARTS.map((it) => (
            <button
              key={it}
              type="button"
              aria-pressed={it === part}
              onClick={() => setParams({ part: it }, { replace: true })}
            >
              {t(`part.${it}`)}
              {unread[it] > 0 && (
                <span className="count-badge">
                  {unread[it]}
                  <span className="only-read-aloud"> {t("tab.new")}</span>
                </span>
              )}
            </button>
          ))}
        </div>
      }
    >
      {part === "directives" ? (
        <Loaded query={directives}>
          {(all) =>
            all.length === 0 ? (
              <Empty title={t("directives.none")} text={t("directives.none.text")} />
            ) : (
              all.map((directive) => <DirectiveCard key={directive.id} directive={directive} />)
            )
          }
        </Loaded>
      ) : (
        <Loaded query={notices}>
          {(all) =>
            all.length === 0 ? (
              <Empty title={t("notices.none")} text={t("notices.none.text")} />
            ) : (
              all.map((notice) => <NoticeCard key={notice.id} notice={notice} />)
            )
          }
        </Loaded>
      )}
    </Screen>
  );
}
