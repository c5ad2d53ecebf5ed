/** Who runs this, its privacy notice, and the box for what one wants to tell it. */
import { Button } from "antd-mobile";
import { useTranslation } from "@/shared/texts";
import type { Complaint, PrivacyNotice } from "@/phone/calls";
import { useDraft } from "@/shared/draft";
import { Choice, NoteField, PrivateForm } from "@/shared/fields";
import { newId } from "@/shared/ids";
import { useAsk, useDo } from "@/shared/phone";
import { DraftNote } from "@/shared/saved";
import { Screen } from "@/shared/screen";
import { Loaded, Refused } from "@/shared/states";
import { Status } from "@/shared/status";
import { Time } from "@/shared/time";

const LINES = ["name", "icp_filing", "police_filing", "app_filing", "complaints"] as const;
const SAID_BY = ["worker", "resident"] as const;
const FORM_VERSION = 1;
const KEY = "complaint/new";

interface Form {
  id: string;
  text: string;
  by: (typeof SAID_BY)[number];
}

export default function OperatorPage() {
  const { t } = useTranslation("operator");
  const operator = useAsk("operator", {});
  const complaints = useAsk("complaints", {});
  return (
    <Screen title={t("title")} back="/me">
      <Loaded query={operator}>
        {(said) => (
          <>
            <section className="panel">
              {LINES.map((line) => said[line] !== null && <p key={line}>{said[line]}</p>)}
              {said.name === null && said.notice === null && <p className="hint">{t("nothing")}</p>}
            </section>
            {said.notice !== null && <Notice notice={said.notice} />}
          </>
        )}
      </Loaded>
      <Say />
      <Loaded query={complaints}>{(all) => all.map((one) => <Said key={one.id} one={one} />)}</Loaded>
    </Screen>
  );
}

function Notice({ notice }: { notice: PrivacyNotice }) {
  const { t } = useTranslation("operator");
  const read = useDo("readNotice");
  const { version, text, read_at } = notice;
  return (
    <section className="panel">
      <h2>{t("notice", { version })}</h2>
      <p className="directive-text">{text}</p>
      <Refused problem={read.error} />
      {read_at === null ? (
        <Button block color="primary" loading={read.isPending} onClick={() => read.mutate({ version })}>
          {t("read")}
        </Button>
      ) : (
        <p className="hint">
          {t("read_at")} <Time at={read_at} />
        </p>
      )}
    </section>
  );
}

function Say() {
  const { t } = useTranslation("operator");
  const draft = useDraft<Form>({
    key: KEY,
    version: FORM_VERSION,
    blank: () => ({ id: newId("complaint"), text: "", by: "worker" }),
  });
  const complain = useDo("complain");
  const form = draft.value;
  if (form === null) return null;
  const { id, text, by } = form;
  const save = async () => {
    await draft.settled();
    const complaint = { id, draft: KEY, text: text.trim(), ofResident: by === "resident" };
    complain.mutate({ complaint }, { onSuccess: () => draft.clear() });
  };
  return (
    <section className="panel">
      <h2>{t("box")}</h2>
      <p className="hint">{t("box.text")}</p>
      <PrivateForm onSubmit={() => void save()}>
        <DraftNote draft={draft} />
        <Choice
          label={t("by")}
          options={SAID_BY.map((value) => ({ value, label: t(`by.${value}`) }))}
          value={[by]}
          onChange={(chosen) => draft.change({ by: chosen })}
        />
        <NoteField
          label={t("what")}
          value={text}
          onChange={(typed) => draft.change({ text: typed })}
          maxLength={2000}
        />
        <Refused problem={complain.error} />
        <Button
          block
          type="submit"
          color="primary"
          loading={complain.isPending}
          disabled={text.trim() === ""}
        >
          {t("box.ok")}
        </Button>
      </PrivateForm>
    </section>
  );
}

function Said({ one }: { one: Complaint }) {
  const { t } = useTranslation("operator");
  const { answer } = one;
  return (
    <article className="panel">
      <div className="row-notes">
        <Status tone={answer === null ? "waiting" : "good"}>
          {t(answer !== null ? "answered" : one.unsent ? "unsent" : "waits")}
        </Status>
        <span>{t(`by.${one.said_by}`)}</span> <Time at={one.at} />
      </div>
      <p className="directive-text">{one.text}</p>
      {answer !== null && <p className="directive-text">{t("answer", { answer })}</p>}
    </article>
  );
}
