/** One worker: the name, the appointments that were, are and will be, the phone. */
import { Button, Drawer } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useCan } from "@/api/session";
import { Appoint, Appointments, End } from "./appointments";
import { readAgain, type Held, type Worker } from "./data";
import { PhoneOf } from "./people";
import { NameForm } from "./name-form";

const NAME_CHARS_MAX = 20;

interface OneWorkerProps {
  worker: Worker;
  close: () => void;
  done: (text: string) => void;
}

export function OneWorker({ worker, close, done }: OneWorkerProps) {
  const { t } = useTranslation("grids");
  const can = useCan();
  const [open, setOpen] = useState<"appoint" | Held>();
  const shut = () => setOpen(undefined);
  const say = (text: string) => {
    shut();
    done(text);
  };
  const held = worker.appointments.map((appointment) => ({ worker, appointment }));
  return (
    <Drawer open title={worker.name} size={480} onClose={close}>
      <dl className="grid-facts">
        <dt>{t("community")}</dt>
        <dd>{worker.community}</dd>
        <dt>{t("phone")}</dt>
        <dd>
          <PhoneOf worker={worker} />
        </dd>
      </dl>
      {can("people") && <Rename key={worker.id} worker={worker} done={done} />}
      <h2 className="drawer-title">{t("appointments")}</h2>
      <Appointments held={held} by="grid" end={setOpen} />
      {can("people") && (
        <div className="page-actions">
          <Button type="primary" onClick={() => setOpen("appoint")}>
            {t("appoint")}
          </Button>
        </div>
      )}
      {open === "appoint" && <Appoint worker={worker} close={shut} done={say} />}
      {typeof open === "object" && <End held={open} close={shut} done={say} />}
    </Drawer>
  );
}

function Rename({ worker, done }: { worker: Worker; done: (text: string) => void }) {
  const { t } = useTranslation("grids");
  const save = api.useMutation("patch", "/v1/workers/{id}", {
    onSuccess: async (changed) => {
      await readAgain();
      done(t("renamed", { name: changed.name }));
    },
  });
  return (
    <NameForm
      form="rename-worker"
      label={t("person")}
      name={worker.name}
      longest={NAME_CHARS_MAX}
      problem={save.error?.text}
      busy={save.isPending}
      save={(name) => save.mutate({ params: { path: { id: worker.id } }, body: { name } })}
    />
  );
}
