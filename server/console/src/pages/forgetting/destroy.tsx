/**
 * Destroying in three steps that stand in one dialog: what would go, counted by the relay; why; and the receipt.
 * Nothing that was destroyed is named afterwards.
 */
import { Alert, Button, Checkbox, Form, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCan } from "@/api/session";
import { problemOf } from "@/api/problem";
import { Dialog } from "@/shared/dialog";
import { Loaded } from "@/shared/states";
import { Counts, isNothing } from "./counts";
import { ReceiptOf } from "./receipt";
import { REASONS, reasonOf, useDestroy, useForeseen, type Done, type Subject } from "./subject";
import "./forgetting.css";

export interface DestroyProps {
  subject: Subject;
  /** Of an emergency its name, of a household its address, of a person the name. */
  name: string;
  close: (done: boolean) => void;
}

export default function Destroy({ subject, name, close }: DestroyProps) {
  const { t } = useTranslation("forgetting");
  const [done, setDone] = useState<Done>();
  if (done) {
    return (
      <Dialog title={t("done")} close={() => close(true)}>
        <After done={done} close={() => close(true)} />
      </Dialog>
    );
  }
  return (
    <Dialog title={t(`destroy.${subject.what}`, { name })} close={() => close(false)}>
      <Before subject={subject} done={setDone} close={() => close(false)} />
    </Dialog>
  );
}

interface BeforeProps {
  subject: Subject;
  done: (done: Done) => void;
  close: () => void;
}

function Before({ subject, done, close }: BeforeProps) {
  const { t } = useTranslation("forgetting");
  const [notes, setNotes] = useState(false);
  const [chosen, setChosen] = useState(reasonOf(subject));
  const foreseen = useForeseen(subject, notes);
  const destroy = useDestroy();
  return (
    <Loaded query={foreseen} rows={3}>
      {(counts) => (
        <>
          <p className="forgetting-say">{t(`destroy.text.${subject.what}`)}</p>
          {isNothing(counts) ? <p>{t("destroy.nothing")}</p> : <Counts of={counts} />}
          {subject.what === "person" && (
            <Checkbox
              className="forgetting-notes"
              checked={notes}
              onChange={({ target }) => setNotes(target.checked)}
            >
              {t("destroy.notes")}
            </Checkbox>
          )}
          {reasonOf(subject) === undefined && <ReasonField chosen={chosen} choose={setChosen} />}
          {destroy.error && (
            <Alert type="error" showIcon role="alert" title={problemOf(destroy.error).text} />
          )}
          <p className="forgetting-say">{t("destroy.reach")}</p>
          <div className="page-actions">
            <Button onClick={close}>{t("cancel")}</Button>
            {!(subject.what === "due" && isNothing(counts)) && (
              <Button
                type="primary"
                danger
                disabled={chosen === undefined}
                loading={destroy.isPending}
                onClick={() =>
                  destroy.mutate(
                    { subject, notes, reason: chosen ?? "" },
                    { onSuccess: (went) => done(went) },
                  )
                }
              >
                {t(subject.what === "emergency" ? "destroy.ok.emergency" : "destroy.ok")}
              </Button>
            )}
          </div>
        </>
      )}
    </Loaded>
  );
}

interface ReasonFieldProps {
  chosen: string | undefined;
  choose: (reason: string) => void;
}

function ReasonField({ chosen, choose }: ReasonFieldProps) {
  const { t } = useTranslation("forgetting");
  return (
    <Form layout="vertical" component="div">
      <Form.Item label={t("reason")} required>
        <Radio.Group
          name="reason"
          aria-label={t("reason")}
          value={chosen}
          onChange={({ target }) => choose(target.value as string)}
        >
          {REASONS.map((reason) => (
            <Radio key={reason} value={reason} className="forgetting-reason">
              {t(`reason.${reason}`)}
            </Radio>
          ))}
        </Radio.Group>
      </Form.Item>
    </Form>
  );
}

/** Whoever may destroy may read the receipt; a role that may not sees the counts alone. */
function After({ done, close }: { done: Done; close: () => void }) {
  const { t } = useTranslation("forgetting");
  const can = useCan();
  if (done.id != null && can("audit")) return <ReceiptOf id={done.id} close={close} />;
  return (
    <>
      <Counts of={done} />
      <div className="page-actions">
        <Button onClick={close}>{t("close")}</Button>
      </div>
    </>
  );
}
