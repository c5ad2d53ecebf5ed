/** A directive that was issued: its text, what changed, who has read it, which households were told. */
import { App, Button, Drawer } from "antd";
import { useTranslation } from "react-i18next";
import { client } from "@/api/client";
import { problemOf } from "@/api/problem";
import { useCan } from "@/api/session";
import { useReason } from "@/shared/reason";
import { Time } from "@/shared/time";
import { Difference } from "./difference";
import { Reach } from "./reach";
import { gridsOf, refreshDirectives, StateOf, windowOf, type Directive } from "./words";

interface ViewProps {
  directive: Directive;
  /** The versions before it, the newest first. */
  earlier: Directive[];
  close: () => void;
  /** Opens another version. */
  show: (id: string) => void;
  replace: () => void;
}

export function View({ directive, earlier, close, show, replace }: ViewProps) {
  const { t } = useTranslation("directives");
  const can = useCan();
  return (
    <Drawer
      open
      title={directive.title}
      size={760}
      onClose={close}
      footer={can("directives") && <Deeds directive={directive} replace={replace} />}
    >
      <dl className="directive-facts">
        <dt>{t("state")}</dt>
        <dd>
          <StateOf directive={directive} />
          {directive.withdrawn_at != null && <Time at={directive.withdrawn_at} />}
          {directive.reason != null && <span>{directive.reason}</span>}
        </dd>
        <dt>{t("version")}</dt>
        <dd>
          {directive.version}
          <Version id={directive.supersedes} label={t("version.before")} show={show} />
          <Version id={directive.superseded_by} label={t("version.after")} show={show} />
        </dd>
        <dt>{t("window")}</dt>
        <dd className="number">{windowOf(directive, t)}</dd>
        <dt>{t("grids")}</dt>
        <dd>{gridsOf(directive, t)}</dd>
        <dt>{t("issued")}</dt>
        <dd>
          <Time at={directive.issued_at} /> {directive.issued_by}
        </dd>
      </dl>
      <p className="directive-text">{directive.text}</p>
      {directive.supersedes != null && <Difference id={directive.id} earlier={earlier} />}
      <Reach id={directive.id} />
    </Drawer>
  );
}

/** What can still be done about it. */
function Deeds({ directive, replace }: { directive: Directive; replace: () => void }) {
  const { t } = useTranslation("directives");
  const { message } = App.useApp();
  const askReason = useReason();
  if (directive.state === "withdrawn" || directive.superseded_by != null) return null;
  const withdraw = async () => {
    const reason = await askReason({
      title: t("withdraw.of", { title: directive.title }),
      text: t("withdraw.text"),
      ok: t("withdraw"),
      danger: true,
    });
    if (reason === null) return;
    const params = { path: { id: directive.id } };
    const { error } = await client.POST("/v1/directives/{id}/withdraw", { params, body: { reason } });
    await refreshDirectives();
    if (error) message.error(problemOf(error).text);
    else message.success(t("withdraw.done"));
  };
  return (
    <div className="page-actions">
      {directive.state !== "ended" && (
        <Button danger onClick={() => void withdraw()}>
          {t("withdraw")}
        </Button>
      )}
      <Button type="primary" onClick={replace}>
        {t("replace")}
      </Button>
    </div>
  );
}

function Version({
  id,
  label,
  show,
}: {
  id: string | null | undefined;
  label: string;
  show: (id: string) => void;
}) {
  if (id == null) return null;
  return (
    <Button size="small" onClick={() => show(id)}>
      {label}
    </Button>
  );
}
