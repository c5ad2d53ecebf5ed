/** One conflict: its values side by side, what is proposed and why, and the household around it. */
import { BulbOutlined } from "@ant-design/icons";
import { Alert, Button, Input, Select, Tag } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, refresh, type Schema } from "@/api/client";
import { useCan } from "@/api/session";
import { HouseholdLink } from "@/shared/household-link";
import { Failed, Loading } from "@/shared/states";
import { Status } from "@/shared/status";
import { Time } from "@/shared/time";
import { ClaimNotice, useClaim } from "./claim";
import { useKeys } from "./keys";
import { ReasonField } from "./reason-field";
import { useWords, type Conflict, type Version } from "./words";

/** What was entered and not yet saved. */
export interface Draft {
  choice?: number | "other";
  other: string;
  reason: string;
}

const EMPTY: Draft = { other: "", reason: "" };
/** Telephone numbers have 20 digits at most, notes 2,000 characters. */
const OTHER_CHARS_MAX = 2000;

interface DetailProps {
  id: string;
  /** As the list has it; absent when somebody has decided it meanwhile. */
  listed: Conflict | undefined;
  draft: Draft | undefined;
  change: (draft: Draft) => void;
  decided: (conflict: Conflict, kept: string) => Promise<void>;
  next: () => void;
}

export function ConflictDetail(props: DetailProps) {
  const { id, listed } = props;
  const query = api.useQuery("get", "/v1/conflicts/{id}", { params: { path: { id } } });
  const conflict = query.data?.conflict ?? listed;
  if (!conflict) return query.error ? <Failed problem={query.error} retry={query.refetch} /> : <Loading />;
  return (
    <>
      <Deciding {...props} conflict={conflict} />
      {query.data && <Around fields={query.data.around} at={conflict.key} />}
    </>
  );
}

function Deciding({ conflict, draft: entered, change, decided, next }: DetailProps & { conflict: Conflict }) {
  const { t } = useTranslation("merge");
  const words = useWords();
  const can = useCan();
  const other = useRef<HTMLDivElement>(null);
  const [missing, setMissing] = useState(false);
  const open = conflict.status === "open";
  const may = can("resolve");
  const claim = useClaim({ conflict: conflict.id }, open && may, conflict.claim);
  const draft: Draft = { choice: conflict.proposal?.choice, ...EMPTY, ...entered };
  const resolve = api.useMutation("post", "/v1/conflicts/{id}/resolution", {
    onSuccess: (done) => decided(conflict, done.kept),
    onError: () => refresh("/v1/conflicts", "/v1/conflicts/{id}", "/v1/desk"),
  });
  const set = (part: Partial<Draft>) => change({ ...draft, ...part });
  const active = open && may && !claim.blocked;
  const save = () => {
    if (!active || resolve.isPending || draft.choice === undefined) return;
    if (draft.reason.trim() === "") {
      setMissing(true);
      document.getElementById("reason")?.focus();
      return;
    }
    setMissing(false);
    const what = draft.choice === "other" ? { value: draft.other } : { choose: draft.choice };
    const body = { ...what, reason: draft.reason.trim(), seen: conflict.values.length };
    resolve.mutate({ params: { path: { id: conflict.id } }, body });
  };
  useKeys((key) => {
    const number = Number(key);
    if (!active) return false;
    if (Number.isInteger(number) && number >= 1 && number <= conflict.values.length) set({ choice: number });
    else if (key === "o") {
      set({ choice: "other" });
      other.current?.querySelector<HTMLElement>("input:not([type=radio]), textarea")?.focus();
    } else if (key === "r") document.getElementById("reason")?.focus();
    else if (key === "Enter") save();
    else return false;
    return true;
  });
  return (
    <section className="panel" aria-labelledby="conflict">
      <h2 id="conflict">
        {conflict.resident && `${conflict.resident} · `}
        {words.field(conflict)}
      </h2>
      <p className="desk-where">
        <HouseholdLink id={conflict.household} address={conflict.address ?? ""} />
        {conflict.grid && <span> · {t("grid", { code: conflict.grid })}</span>}
      </p>
      {conflict.reopened && (
        <Alert
          type="info"
          showIcon
          title={t("reopened", { reason: conflict.reopened.reason, by: conflict.reopened.by ?? t("office") })}
        />
      )}
      <ClaimNotice claim={claim} />
      {!open && !resolve.error && <Ended conflict={conflict} next={next} />}
      {resolve.error && (
        <Alert
          type="error"
          showIcon
          role="alert"
          title={resolve.error.text}
          action={!open && <Button onClick={next}>{t("next")}</Button>}
        />
      )}
      <fieldset className="desk-values" disabled={!active}>
        <legend className="only-read-aloud">{t("choose")}</legend>
        {conflict.values.map((version) => (
          <Card
            key={version.choice}
            conflict={conflict}
            version={version}
            chosen={draft.choice === version.choice}
            choose={() => set({ choice: version.choice })}
          />
        ))}
        <div className={draft.choice === "other" ? "desk-value chosen" : "desk-value"} ref={other}>
          <label className="desk-choice">
            <input
              type="radio"
              name="choice"
              checked={draft.choice === "other"}
              onChange={() => set({ choice: "other" })}
            />
            <kbd>O</kbd> <span>{t("other")}</span>
          </label>
          <OtherValue
            conflict={conflict}
            value={draft.other}
            change={(text) => set({ other: text, choice: "other" })}
            save={save}
            disabled={!active}
          />
        </div>
      </fieldset>
      {may && (open || draft.reason !== "") && (
        <div className="desk-save">
          <ReasonField
            id="reason"
            hint={t("reason.hint")}
            value={draft.reason}
            change={(reason) => set({ reason })}
            save={save}
            presets={[1, 2, 3, 4].map((number) => t(`reason.preset.${number}`))}
            shortcut="R"
            missing={missing && draft.reason.trim() === ""}
          />
          <Button
            type="primary"
            onClick={save}
            loading={resolve.isPending}
            disabled={!active || draft.choice === undefined}
          >
            {t("save")} <kbd>Enter</kbd>
          </Button>
        </div>
      )}
    </section>
  );
}

interface CardProps {
  conflict: Conflict;
  version: Version;
  chosen: boolean;
  choose: () => void;
}

function Card({ conflict, version, chosen, choose }: CardProps) {
  const { t } = useTranslation("merge");
  const words = useWords();
  const { proposal } = conflict;
  const proposed = proposal?.choice === version.choice;
  return (
    <div className={chosen ? "desk-value chosen" : "desk-value"}>
      <label className="desk-choice">
        <input type="radio" name="choice" checked={chosen} onChange={choose} />
        <kbd>{version.choice}</kbd> <strong>{words.value(version.value)}</strong>
      </label>
      {proposed && (
        <p className="desk-proposal">
          <BulbOutlined aria-hidden /> {t("proposal", { why: t(`proposal.${proposal.reason}`) })}
        </p>
      )}
      <dl className="desk-facts">
        <dt>{t("author")}</dt>
        <dd>
          {version.author} <Tag>{t(`source.${version.source}`)}</Tag>
        </dd>
        <dt>{t("at")}</dt>
        <dd>
          <Time at={version.at} />
          {version.clock_wrong && <Status tone="warning">{t("clock_wrong")}</Status>}
        </dd>
        <dt>{t("received")}</dt>
        <dd>
          <Time at={version.received_at} />
        </dd>
      </dl>
    </div>
  );
}

interface OtherProps {
  conflict: Conflict;
  value: string;
  change: (text: string) => void;
  save: () => void;
  disabled: boolean;
}

function OtherValue({ conflict, value, change, save, disabled }: OtherProps) {
  const { t } = useTranslation("merge");
  const words = useWords();
  const name = t("other.label", { field: words.field(conflict) });
  const kind = conflict.input?.kind;
  if (kind === "choice") {
    return (
      <Select
        aria-label={name}
        style={{ width: "100%" }}
        value={value === "" ? undefined : value}
        disabled={disabled}
        onChange={change}
        options={conflict.input?.words.map((word) => ({ value: word, label: words.value(word) }))}
      />
    );
  }
  const shared = { "aria-label": name, value, disabled, maxLength: OTHER_CHARS_MAX };
  if (kind === "note") {
    return (
      <form autoComplete="off">
        <Input.TextArea
          {...shared}
          autoSize={{ minRows: 2, maxRows: 6 }}
          onChange={(event) => change(event.target.value)}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
      </form>
    );
  }
  return (
    <Input
      {...shared}
      placeholder={kind === "birth" || kind === "phone" ? t(`other.hint.${kind}`) : undefined}
      onChange={(event) => change(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === "Escape") event.currentTarget.blur();
        if (event.key === "Enter" && !event.nativeEvent.isComposing) save();
      }}
    />
  );
}

/** Somebody else was quicker; what was entered here is still in the form. */
function Ended({ conflict, next }: { conflict: Conflict; next: () => void }) {
  const { t } = useTranslation("merge");
  const words = useWords();
  return (
    <Alert
      type="info"
      showIcon
      role="status"
      title={t("ended", {
        by: conflict.ended_by?.by ?? t("office"),
        chosen: words.value(conflict.chosen),
        reason: conflict.reason ?? t("ended.no_reason"),
      })}
      action={<Button onClick={next}>{t("next")}</Button>}
    />
  );
}

/** The household's other fields, dimmed: they are not in question. */
function Around({ fields, at }: { fields: Schema<"AroundBody">[]; at: string }) {
  const { t } = useTranslation("merge");
  const words = useWords();
  if (fields.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="around">
      <h2 id="around">{t("around")}</h2>
      <dl className="desk-around">
        {fields.map((field) => (
          <div key={field.key} className={field.key === at ? "desk-at" : undefined}>
            <dt>
              {field.resident && `${field.resident} · `}
              {words.field(field)}
            </dt>
            <dd>
              {words.value(field.value)}
              {field.key === at && <Status tone="warning">{t("value.conflict")}</Status>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
