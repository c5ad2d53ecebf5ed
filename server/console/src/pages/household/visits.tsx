/** Visits to a household, newest first; older ones on demand. */
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client } from "@/api/client";
import { problemOf } from "@/api/problem";
import { Status } from "@/shared/status";
import { TwoClocks } from "@/shared/time";

/** A visit is what a phone wrote: everything but these may be missing. */
interface Visit {
  id: string;
  at: string;
  received_at: string;
  author: string;
  outcome: string;
  period: string;
  note?: string;
  needs?: string[];
  at_home?: number;
  photo?: string;
  clock_wrong: boolean;
  /** A campaign's questions in the words that asked them, with the answers. */
  asked?: { question: Words; answer: Words }[];
}

interface Words {
  zh: string;
  en: string;
}

const PAGE = 24;

interface VisitsProps {
  id: string;
  first: unknown[];
  total: number;
}

export function Visits({ id, first, total }: VisitsProps) {
  const { t, i18n } = useTranslation("household");
  const inWords = ({ zh, en }: Words) => (i18n.language.startsWith("en") ? en : zh);
  const [older, setOlder] = useState<Visit[]>([]);
  const [reading, setReading] = useState(false);
  const [failed, setFailed] = useState<string>();
  const newest = first as Visit[];
  const known = new Set(newest.map((visit) => visit.id));
  const shown = [...newest, ...older.filter((visit) => !known.has(visit.id))];
  const more = async () => {
    setReading(true);
    const query = { offset: shown.length, limit: PAGE };
    const { data, error } = await client.GET("/v1/households/{id}/visits", {
      params: { path: { id }, query },
    });
    setReading(false);
    setFailed(error ? problemOf(error).text : undefined);
    if (data) setOlder((before) => [...before, ...(data as unknown as Visit[])]);
  };
  return (
    <section className="panel" aria-labelledby="visits">
      <h2 id="visits">{t("visits", { count: total })}</h2>
      {shown.length === 0 && <p>{t("visits.none")}</p>}
      <ol className="visits">
        {shown.map((visit) => (
          <li key={visit.id}>
            <span className="visit-head">
              <Status tone={visit.outcome === "done" ? "good" : "warning"}>
                {t(`outcome.${visit.outcome}`)}
              </Status>
              <small>
                <TwoClocks phone={visit.at} received={visit.received_at} />
              </small>
            </span>
            {(visit.asked ?? []).length > 0 && (
              <dl className="asked">
                {(visit.asked ?? []).map(({ question, answer }) => (
                  <div key={question.zh}>
                    <dt>{inWords(question)}</dt>
                    <dd>{inWords(answer)}</dd>
                  </div>
                ))}
              </dl>
            )}
            {visit.note !== undefined && <p>{visit.note}</p>}
            {(visit.needs ?? []).length > 0 && (
              <p>
                {t("visit.needs")} {(visit.needs ?? []).join(t("value.comma"))}
              </p>
            )}
            {visit.photo !== undefined && <VisitPhoto id={visit.photo} />}
            <small>
              {visit.author} · {visit.period}
              {visit.at_home !== undefined && ` · ${t("visit.at_home", { count: visit.at_home })}`}
              {visit.clock_wrong && ` · ${t("visit.clock_wrong")}`}
            </small>
          </li>
        ))}
      </ol>
      {failed !== undefined && <p role="alert">{failed}</p>}
      {shown.length < total && (
        <Button loading={reading} onClick={() => void more()}>
          {t("visits.more")}
        </Button>
      )}
    </section>
  );
}

/** Asked for when somebody wants to see it: a photo of somebody's home is not shown in passing. */
function VisitPhoto({ id }: { id: string }) {
  const { t } = useTranslation("household");
  const [shown, setShown] = useState(false);
  const [failed, setFailed] = useState(false);
  if (failed) return <p>{t("visit.photo.missing")}</p>;
  if (!shown) {
    return (
      <p>
        <Button size="small" onClick={() => setShown(true)}>
          {t("visit.photo.show")}
        </Button>
      </p>
    );
  }
  return (
    <img
      className="visit-photo"
      src={`/v1/photos/${id}`}
      alt={t("visit.photo")}
      onError={() => setFailed(true)}
    />
  );
}
