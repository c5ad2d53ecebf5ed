/** Two households side by side: which stays, whose value of each field, and what comes of it. */
import { SwapOutlined } from "@ant-design/icons";
import { Alert, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, refresh, type Schema } from "@/api/client";
import { useCan } from "@/api/session";
import { HouseholdLink } from "@/shared/household-link";
import { Loaded } from "@/shared/states";
import { ClaimNotice, useClaim } from "./claim";
import { useKeys } from "./keys";
import { ReasonField } from "./reason-field";
import type { Undoable } from "./undo";
import { useWords } from "./words";

type Side = "a" | "b";
type PairBody = Schema<"PairBody">;
type Field = Schema<"SideBody">;

interface PairDetailProps {
  /** Both ids, joined. */
  id: string;
  decided: (done: Undoable) => Promise<void>;
}

export function PairDetail({ id, decided }: PairDetailProps) {
  // The one that has more people stays unless somebody swaps: the relay lists the smaller id first.
  const [swapped, setSwapped] = useState(false);
  const [first = "", second = ""] = id.split("+");
  const [a, b] = swapped ? [second, first] : [first, second];
  const query = api.useQuery(
    "get",
    "/v1/duplicates/{a}/{b}",
    { params: { path: { a, b } } },
    { placeholderData: (before) => before },
  );
  return (
    <Loaded query={query}>
      {(pair) => (
        <Deciding
          key={`${pair.a.id}+${pair.b.id}`}
          pair={pair}
          swap={() => setSwapped(!swapped)}
          decided={decided}
        />
      )}
    </Loaded>
  );
}

interface DecidingProps {
  pair: PairBody;
  swap: () => void;
  decided: (done: Undoable) => Promise<void>;
}

function Deciding({ pair, swap, decided }: DecidingProps) {
  const { t } = useTranslation("merge");
  const can = useCan();
  const [choices, setChoices] = useState<Record<string, Side>>({});
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const may = can("merge");
  const claim = useClaim({ a: pair.a.id, b: pair.b.id }, may, pair.claim);
  const news = () => refresh("/v1/duplicates", "/v1/duplicates/{a}/{b}", "/v1/desk");
  const what = pair.a.address;
  const merge = api.useMutation("post", "/v1/merges", {
    onSuccess: (done) => decided({ kind: "merge", id: done.id, what }),
    onError: news,
  });
  const dismiss = api.useMutation("post", "/v1/duplicates/dismiss", {
    onSuccess: (done) =>
      decided({ kind: "dismissal", id: done.id, what: [what, pair.b.address].join(" ↔ ") }),
    onError: news,
  });
  const busy = merge.isPending || dismiss.isPending;
  const active = may && !claim.blocked;
  const withReason = (go: (reason: string) => void) => {
    if (!active || busy) return;
    setMissing(reason.trim() === "");
    if (reason.trim() === "") document.getElementById("pair-reason")?.focus();
    else go(reason.trim());
  };
  const join = () =>
    withReason((why) =>
      merge.mutate({
        body: { survivor: pair.a.id, absorbed: pair.b.id, reason: why, fields: choices },
      }),
    );
  const part = () =>
    withReason((why) => dismiss.mutate({ body: { a: pair.a.id, b: pair.b.id, reason: why } }));
  useKeys((key) => {
    if (!active) return false;
    if (key === "s") swap();
    else if (key === "n") part();
    else if (key === "r") document.getElementById("pair-reason")?.focus();
    else if (key === "Enter") join();
    else return false;
    return true;
  });
  const error = merge.error ?? dismiss.error;
  return (
    <>
      <section className="panel" aria-labelledby="pair">
        <h2 id="pair">{t("pair.title")}</h2>
        <p className="desk-where">
          {t("score", { score: pair.score })} ·{" "}
          {pair.reasons.map((it) => t(`why.${it}`)).join(t("value.comma"))}
        </p>
        <ClaimNotice claim={claim} />
        {error && <Alert type="error" showIcon role="alert" title={error.text} />}
        <Sides pair={pair} choices={choices} choose={setChoices} active={active} swap={swap} />
        {may && (
          <div className="desk-save">
            <ReasonField
              id="pair-reason"
              hint={t("pair.reason.hint")}
              value={reason}
              change={setReason}
              save={join}
              presets={[1, 2, 3, 4].map((number) => t(`pair.preset.${number}`))}
              shortcut="R"
              missing={missing && reason.trim() === ""}
            />
            <Button onClick={part} loading={dismiss.isPending} disabled={!active}>
              {t("pair.apart")} <kbd>N</kbd>
            </Button>
            <Button type="primary" onClick={join} loading={merge.isPending} disabled={!active}>
              {t("pair.merge")} <kbd>Enter</kbd>
            </Button>
          </div>
        )}
      </section>
      <Preview pair={pair} choices={choices} />
    </>
  );
}

/** Whose value stands: what was chosen, or what the relay would take. */
function sideOf(field: Field, choices: Record<string, Side>): Side | "both" {
  return choices[field.key] ?? (field.kept as Side | "both");
}

interface SidesProps {
  pair: PairBody;
  choices: Record<string, Side>;
  choose: (choices: Record<string, Side>) => void;
  active: boolean;
  swap: () => void;
}

function Sides({ pair, choices, choose, active, swap }: SidesProps) {
  const { t } = useTranslation("merge");
  const words = useWords();
  return (
    <table className="desk-sides">
      <thead>
        <tr>
          <th scope="col">{t("field")}</th>
          <th scope="col">
            {t("pair.stays")}
            <br />
            <HouseholdLink id={pair.a.id} address={pair.a.address} />
            <span className="desk-people">{pair.a.residents.join(t("value.comma"))}</span>
          </th>
          <th scope="col">
            {t("pair.goes")}
            <br />
            <HouseholdLink id={pair.b.id} address={pair.b.address} />
            <span className="desk-people">{pair.b.residents.join(t("value.comma"))}</span>
            <Button size="small" icon={<SwapOutlined />} disabled={!active} onClick={swap}>
              {t("pair.swap")} <kbd>S</kbd>
            </Button>
          </th>
        </tr>
      </thead>
      <tbody>
        {pair.fields.map((field) => {
          const name = [field.resident, words.field(field)].filter((it) => it).join(" · ");
          return (
            <tr key={field.key} className={field.choose ? undefined : "desk-same"}>
              <th scope="row">{name}</th>
              {(["a", "b"] as const).map((side) => (
                <td key={side}>
                  {field.choose ? (
                    <label className="desk-choice">
                      <input
                        type="radio"
                        name={field.key}
                        disabled={!active}
                        checked={sideOf(field, choices) === side}
                        aria-label={`${name}: ${words.value(field[side])}`}
                        onChange={() => choose({ ...choices, [field.key]: side })}
                      />
                      {words.value(field[side])}
                    </label>
                  ) : (
                    words.value(field[side])
                  )}
                </td>
              ))}
            </tr>
          );
        })}
        {(pair.only_a.length > 0 || pair.only_b.length > 0) && (
          <tr>
            <th scope="row">{t("pair.only")}</th>
            <td>{pair.only_a.join(t("value.comma"))}</td>
            <td>{pair.only_b.join(t("value.comma"))}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

/** The household as it will be. */
function Preview({ pair, choices }: { pair: PairBody; choices: Record<string, Side> }) {
  const { t } = useTranslation("merge");
  const words = useWords();
  const value = (field: Field): string => {
    const side = sideOf(field, choices);
    if (side !== "both") return words.value(field[side]);
    const all = [field.a, field.b].flatMap((it) => (it ? it.split("、") : []));
    return [...new Set(all)].join(t("value.comma"));
  };
  return (
    <section className="panel" aria-labelledby="preview">
      <h2 id="preview">{t("pair.preview")}</h2>
      <dl className="desk-around">
        {pair.fields.map((field) => (
          <div key={field.key}>
            <dt>{[field.resident, words.field(field)].filter((it) => it).join(" · ")}</dt>
            <dd>{value(field)}</dd>
          </div>
        ))}
        <div>
          <dt>{t("pair.people")}</dt>
          <dd>
            {[...new Set([...pair.a.residents, ...pair.only_b])].join(t("value.comma")) || t("value.none")}
          </dd>
        </div>
      </dl>
    </section>
  );
}
