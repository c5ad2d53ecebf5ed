/** Ledgers: views over what was typed once; counted, compared by day, taken out as files and on paper. */
import { CopyOutlined, EditOutlined, PlusOutlined } from "@ant-design/icons";
import { App, Button, Flex } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, refresh, type Schema } from "@/api/client";
import { problemOf } from "@/api/problem";
import { useCan } from "@/api/session";
import { PageFrame } from "@/shared/page-frame";
import { Loaded } from "@/shared/states";
import type { Draft } from "./definition";
import { Files } from "./files";
import { LedgerList } from "./list";
import "./ledgers.css";
import { Result } from "./result";
import { Totals } from "./totals";

type Ledger = Schema<"LedgerBody">;

const Builder = lazy(() => import("./builder"));

export default function Ledgers() {
  const { t } = useTranslation("ledgers");
  const can = useCan();
  // Which ledger and which day stand in the address: they survive going back, and can be sent to a colleague.
  const [params, setParams] = useSearchParams();
  const [draft, setDraft] = useState<Draft>();
  const ledgers = api.useQuery("get", "/v1/ledgers");
  const chosen = ledgers.data?.find(({ id }) => id === params.get("ledger")) ?? ledgers.data?.[0];
  const day = params.get("day") ?? undefined;
  const compared = params.get("compared") ?? undefined;
  const go = (to: { ledger?: string; day?: string; compared?: string }) => {
    const all = { ledger: chosen?.id, day, compared, ...to };
    const said = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined);
    setParams(Object.fromEntries(said), { replace: true });
  };
  return (
    <PageFrame
      title={t("menu.ledgers")}
      description={t("text")}
      actions={
        can("views") && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setDraft({})}>
            {t("new")}
          </Button>
        )
      }
    >
      <Loaded query={ledgers}>
        {(all) => (
          <div className="ledgers">
            <LedgerList
              ledgers={all}
              chosen={chosen?.id}
              choose={(ledger) => setParams({ ledger }, { replace: true })}
            />
            {chosen && (
              <section className="ledger" aria-labelledby="ledger-name" key={chosen.id}>
                <Head ledger={chosen} day={day} edit={setDraft} forget={() => setParams({})} />
                <Result ledger={chosen} day={day} compared={compared} go={go} />
              </section>
            )}
          </div>
        )}
      </Loaded>
      {draft && (
        <Suspense>
          <Builder
            draft={draft}
            close={() => setDraft(undefined)}
            kept={(ledger) => {
              setDraft(undefined);
              setParams({ ledger });
            }}
          />
        </Suspense>
      )}
    </PageFrame>
  );
}

interface HeadProps {
  ledger: Ledger;
  day: string | undefined;
  edit: (draft: Draft) => void;
  forget: () => void;
}

function Head({ ledger, day, edit, forget }: HeadProps) {
  const { t, i18n } = useTranslation("ledgers");
  const can = useCan();
  const name = i18n.language === "en" ? ledger.name_en : ledger.name_zh;
  return (
    <Flex justify="space-between" align="center" gap={12} wrap>
      <div>
        <h2 id="ledger-name">{name}</h2>
        <p className="ledger-facts">
          {ledger.template
            ? t("template.text")
            : [
                t(ledger.shared ? "shared" : "private"),
                ledger.daily && t("daily"),
                ledger.owner_name != null && t("by", { name: ledger.owner_name }),
              ]
                .filter(Boolean)
                .join(" · ")}
        </p>
      </div>
      <Flex gap={8} wrap>
        {can("views") && (
          <Button
            icon={<CopyOutlined />}
            onClick={() =>
              edit({ name: t("copy.name", { name }), definition: ledger.definition, daily: true })
            }
          >
            {t("copy")}
          </Button>
        )}
        {can("views") && ledger.may_change && (
          <>
            <Button
              icon={<EditOutlined />}
              onClick={() =>
                edit({
                  id: ledger.id,
                  name: ledger.name_zh,
                  shared: ledger.shared,
                  daily: ledger.daily,
                  definition: ledger.definition,
                })
              }
            >
              {t("change")}
            </Button>
            <Delete id={ledger.id} name={name} done={forget} />
          </>
        )}
        <Totals ledger={ledger} name={name} day={day} />
        {can("export") && <Files ledger={ledger} day={day} />}
      </Flex>
    </Flex>
  );
}

function Delete({ id, name, done }: { id: string; name: string; done: () => void }) {
  const { t } = useTranslation("ledgers");
  const { message, modal } = App.useApp();
  const gone = api.useMutation("delete", "/v1/ledgers/{id}", {
    onSuccess: async () => {
      done();
      await refresh("/v1/ledgers");
    },
    onError: (error) => message.error(problemOf(error).text),
  });
  const ask = () =>
    modal.confirm({
      title: t("delete.title", { name }),
      content: t("delete.text"),
      okText: t("delete"),
      okButtonProps: { danger: true },
      cancelText: t("cancel"),
      onOk: () => gone.mutateAsync({ params: { path: { id } } }).catch(() => undefined),
    });
  return (
    <Button danger onClick={ask}>
      {t("delete")}
    </Button>
  );
}
