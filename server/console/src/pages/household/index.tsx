/** One household: fields with who changed them, residents, visits and needs; edits that overwrite nobody. */
import { Alert, App, Button, Popconfirm } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { api, refresh, type Schema } from "@/api/client";
import { isBreak, useNews } from "@/api/news";
import { problemOf } from "@/api/problem";
import { useCan } from "@/api/session";
import { PageFrame } from "@/shared/page-frame";
import { Empty, Loaded } from "@/shared/states";
import { Tags } from "@/shared/tags";
import { Time } from "@/shared/time";
import { Consents } from "./consents";
import { AddResident, EditFields } from "./editor";
import { Erase, More, type Wanted } from "./erase";
import { FieldTable } from "./fields";
import { History } from "./history";
import { Visits } from "./visits";
import "./household.css";

type Detail = Schema<"HouseholdDetail">;
type Field = Schema<"FieldBody">;
type Person = Schema<"PersonBody">;

/** Visits read with the household; older ones are asked for. */
const VISITS_FIRST = 12;

export default function HouseholdPage() {
  const { id = "" } = useParams();
  const household = api.useQuery("get", "/v1/households/{id}", {
    params: { path: { id }, query: { visits: VISITS_FIRST } },
  });
  // Above what is shown of the household: the receipt outlives it.
  const [erasing, setErasing] = useState<Wanted>();
  useNews((news) => {
    const about = news.kind === "household" ? news.id : news.kind === "conflict" ? news.household : undefined;
    if (isBreak(news) || about === id) {
      void refresh("/v1/households/{id}", "/v1/households/{id}/visits", "/v1/households/{id}/history");
    }
  });
  const gone = problemOf(household.error).code.endsWith("not_found");
  return (
    <>
      {gone ? (
        <Missing />
      ) : (
        <Loaded query={household} rows={12}>
          {(detail) => <Shown key={id} id={id} detail={detail} onErase={setErasing} />}
        </Loaded>
      )}
      {erasing && <Erase wanted={erasing} close={() => setErasing(undefined)} />}
    </>
  );
}

function Missing() {
  const { t } = useTranslation("household");
  return (
    <PageFrame title={t("menu.household")}>
      <Empty
        title={t("missing")}
        text={t("missing.text")}
        action={<Link to="/households">{t("missing.find")}</Link>}
      />
    </PageFrame>
  );
}

type Editing = { what: "household" } | { what: "person"; person: Person } | { what: "new" };

interface ShownProps {
  id: string;
  detail: Detail;
  onErase: (wanted: Wanted) => void;
}

function Shown({ id, detail, onErase }: ShownProps) {
  const { t } = useTranslation("household");
  const can = useCan();
  const [history, setHistory] = useState<Field>();
  const [editing, setEditing] = useState<Editing>();
  const { address } = detail;
  const tags = detail.fields.find((field) => field.key === "tags")?.values ?? [];
  const disputed = [...detail.fields, ...detail.people.flatMap((person) => person.fields)].filter(
    (field) => (field.conflict ?? []).length > 0,
  );
  const mayEdit = can("edit") && detail.merged_into == null;
  const grid = [detail.community, detail.grid_name].filter((it) => it !== "").join(" · ");
  return (
    <PageFrame
      title={address === "" ? id : address}
      description={grid}
      actions={
        <>
          {can("erase") && <More household={id} address={address} people={detail.people} onErase={onErase} />}
          {mayEdit && (
            <>
              <Button onClick={() => setEditing({ what: "new" })}>{t("resident.add")}</Button>
              <Button type="primary" onClick={() => setEditing({ what: "household" })}>
                {t("edit")}
              </Button>
            </>
          )}
        </>
      }
    >
      <Tags tags={tags} />
      {detail.withdrawn && <Alert showIcon type="warning" title={t("withdrawn")} />}
      {detail.merged_into != null && (
        <Alert
          showIcon
          type="info"
          title={t("merged")}
          action={<Link to={`/households/${detail.merged_into}`}>{t("merged.go")}</Link>}
        />
      )}
      {disputed.length > 0 && <Disputed fields={disputed} />}
      <div className="household">
        <div className="household-main">
          <section className="panel" aria-labelledby="registry">
            <h2 id="registry">{t("registry")}</h2>
            <FieldTable label={t("registry")} fields={detail.fields} onHistory={setHistory} />
          </section>
          <section className="panel" aria-labelledby="people">
            <h2 id="people">{t("residents", { count: detail.people.length })}</h2>
            {detail.people.length === 0 && <p>{t("residents.none")}</p>}
            {detail.people.map((person) => (
              <Resident
                key={person.id}
                household={id}
                heads={detail.heads}
                person={person}
                mayEdit={mayEdit}
                onHistory={setHistory}
                onEdit={() => setEditing({ what: "person", person })}
              />
            ))}
          </section>
        </div>
        <div className="household-side">
          {detail.needs.length > 0 && (
            <section className="panel" aria-labelledby="needs">
              <h2 id="needs">{t("needs")}</h2>
              <ul className="needs">
                {detail.needs.map((need, at) => (
                  <li key={`${need.visit}/${at}`}>
                    <span>{need.need}</span>
                    <small>
                      {need.author} · <Time at={need.at} />
                    </small>
                  </li>
                ))}
              </ul>
            </section>
          )}
          <Visits id={id} first={detail.visits} total={detail.visits_total} />
        </div>
      </div>
      {history && <History household={id} field={history} close={() => setHistory(undefined)} />}
      {editing?.what === "household" && (
        <EditFields
          title={t("edit.of", { name: address })}
          household={id}
          heads={detail.heads}
          fields={detail.fields}
          close={() => setEditing(undefined)}
        />
      )}
      {editing?.what === "person" && (
        <EditFields
          title={t("edit.of", { name: editing.person.name })}
          household={id}
          heads={detail.heads}
          fields={editing.person.fields}
          close={() => setEditing(undefined)}
        />
      )}
      {editing?.what === "new" && <AddResident household={id} close={() => setEditing(undefined)} />}
    </PageFrame>
  );
}

function Disputed({ fields }: { fields: Field[] }) {
  const { t, i18n } = useTranslation("household");
  const names = fields
    .map((field) => (i18n.language === "en" ? field.label_en : field.label_zh))
    .join(t("value.comma"));
  return (
    <Alert
      showIcon
      type="warning"
      title={t("disputed", { count: fields.length, names })}
      action={<Link to="/merge">{t("disputed.go")}</Link>}
    />
  );
}

interface ResidentProps {
  household: string;
  heads: string[];
  person: Person;
  mayEdit: boolean;
  onHistory: (field: Field) => void;
  onEdit: () => void;
}

function Resident({ household, heads, person, mayEdit, onHistory, onEdit }: ResidentProps) {
  const { t } = useTranslation("household");
  const { message } = App.useApp();
  const edit = api.useMutation("patch", "/v1/households/{id}", {
    onSuccess: () => void refresh("/v1/households/{id}"),
    onError: (error) => void message.error(problemOf(error).text),
  });
  const remove = () =>
    edit.mutate({
      params: { path: { id: household } },
      body: { base: heads, puts: { [`r/${person.id}/presence`]: "removed" } },
    });
  const known = person.fields.filter(
    (field) => field.changed != null || (field.conflict ?? []).length > 0 || field.field === "name",
  );
  return (
    <section className="resident" aria-label={person.name}>
      <div className="resident-head">
        <h3>{person.name === "" ? t("resident.nameless") : person.name}</h3>
        {mayEdit && (
          <span>
            <Button size="small" onClick={onEdit}>
              {t("edit")}
            </Button>{" "}
            <Popconfirm
              title={t("resident.remove.sure", { name: person.name })}
              okText={t("resident.remove")}
              cancelText={t("cancel")}
              onConfirm={remove}
            >
              <Button size="small" loading={edit.isPending}>
                {t("resident.remove")}
              </Button>
            </Popconfirm>
          </span>
        )}
      </div>
      <FieldTable label={person.name} fields={known} onHistory={onHistory} />
      <Consents of={person.consents} />
    </section>
  );
}
