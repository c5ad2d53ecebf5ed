import { Button } from "antd-mobile";
import { useState } from "react";
import { useTranslation } from "@/shared/texts";
import type { Directive } from "@/phone/calls";
import { useDo } from "@/shared/phone";
import { Refused } from "@/shared/states";
import { Status } from "@/shared/status";
import { Time } from "@/shared/time";

/** Longer texts open at a tap; short ones are read at once. */
const SHORT_CHARS = 160;

export function DirectiveCard({ directive }: { directive: Directive }) {
  const { t } = useTranslation("messages");
  const acknowledge = useDo("acknowledge");
  const { text, changes, read_at } = directive;
  const changed = changes?.some(({ fate }) => fate !== "same") ?? false;
  const [shown, setShown] = useState<"text" | "changes">("text");
  const [whole, setWhole] = useState(read_at === null || text.length <= SHORT_CHARS);
  return (
    <article className="panel directive">
      <div className="row-notes">
        <Status tone={read_at === null ? "waiting" : "good"}>
          {t(read_at === null ? "unread" : "read")}
        </Status>
        {directive.version > 1 && <span>{t("version", { version: directive.version })}</span>}
      </div>
      <h2>{directive.title}</h2>
      <p className="hint">
        {directive.issued_by !== null && `${t("issued_by", { name: directive.issued_by })} · `}
        <Time at={directive.from_ms ?? directive.issued_ms} />
        {directive.until_ms !== null && (
          <>
            {" "}
            {t("until")} <Time at={directive.until_ms} />
          </>
        )}
      </p>
      {changed && (
        <div className="chips">
          {(["text", "changes"] as const).map((it) => (
            <button
              key={it}
              type="button"
              className="chip"
              aria-pressed={shown === it}
              onClick={() => setShown(it)}
            >
              {t(`show.${it}`)}
            </button>
          ))}
        </div>
      )}
      {shown === "changes" && changes ? (
        <p className="directive-text">
          {changes.map((piece, at) =>
            piece.fate === "same" ? (
              <span key={at}>{piece.text}</span>
            ) : piece.fate === "added" ? (
              <ins key={at}>{piece.text}</ins>
            ) : (
              <del key={at}>{piece.text}</del>
            ),
          )}
        </p>
      ) : (
        <p className="directive-text">{whole ? text : `${text.slice(0, SHORT_CHARS)}…`}</p>
      )}
      {!whole && (
        <button type="button" className="link" onClick={() => setWhole(true)}>
          {t("whole")}
        </button>
      )}
      <Refused problem={acknowledge.error} />
      {read_at === null ? (
        <Button
          block
          color="primary"
          loading={acknowledge.isPending}
          onClick={() => acknowledge.mutate({ directive: directive.id })}
        >
          {t("acknowledge")}
        </Button>
      ) : (
        <p className="hint">
          {t("read_at")} <Time at={read_at} />
        </p>
      )}
    </article>
  );
}
