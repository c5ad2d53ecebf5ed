/** From when to when a worker looks after a grid: shown, made and ended. */
import { Button, Checkbox, DatePicker, Form, Input, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useCan } from "@/api/session";
import { Dialog } from "@/shared/dialog";
import { FormFoot } from "@/shared/form-foot";
import { Status, type Tone } from "@/shared/status";
import { DAY, gridOptions, nameOf, readAgain, termOf, useGrids, useWorkers } from "./data";
import type { Appointment, Held, Term, Worker } from "./data";

const NAME_CHARS_MAX = 20;
const TONES: Record<Term, Tone> = { now: "good", later: "waiting", past: "neutral" };

/** "自 2026-03-01", "2026-03-01 至 2026-12-31", and what else one must know at a glance. */
export function Span({ appointment }: { appointment: Appointment }) {
  const { t } = useTranslation("grids");
  const { from, to, head } = appointment;
  const days = to == null ? t("since", { from }) : t("from_to", { from, to });
  return (
    <span className="number quiet">
      {head && `${t("head")} · `}
      {days}
      {termOf(appointment) === "later" && ` · ${t("term.later")}`}
    </span>
  );
}

interface AppointmentsProps {
  held: readonly Held[];
  /** Which side is named: a worker's grids, or a grid's workers. */
  by: "grid" | "worker";
  end: (held: Held) => void;
}

/** Present ones first, then those to come, then former ones. */
export function Appointments({ held, by, end }: AppointmentsProps) {
  const { t } = useTranslation("grids");
  const can = useCan();
  const grids = useGrids();
  if (held.length === 0) return <p className="quiet">{t(`appointments.none.${by}`)}</p>;
  const terms: Term[] = ["now", "later", "past"];
  const sorted = terms.flatMap((term) => held.filter(({ appointment }) => termOf(appointment) === term));
  return (
    <ul className="appointments">
      {sorted.map((one) => {
        const term = termOf(one.appointment);
        const name = by === "grid" ? nameOf(grids.data, one.appointment.grid) : one.worker.name;
        return (
          <li key={one.appointment.id}>
            <div>
              <strong>{name}</strong> <Status tone={TONES[term]}>{t(`term.${term}`)}</Status>
              <div>
                <Span appointment={one.appointment} />
              </div>
            </div>
            {can("people") && (
              <Button size="small" aria-label={t("end.of", { name })} onClick={() => end(one)}>
                {term === "past" ? t("end.change") : t("end")}
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

interface DialogProps {
  close: () => void;
  done: (text: string) => void;
}

interface Days {
  from: Dayjs;
  to?: Dayjs | null;
}

function text(day: Dayjs | null | undefined): string | undefined {
  return day?.format(DAY);
}

/** First and last day; the last may stay open. */
function DayFields({ mustEnd = false }: { mustEnd?: boolean }) {
  const { t } = useTranslation("grids");
  const required = { required: true, message: t("field.required") };
  return (
    <div className="days">
      <Form.Item name="from" label={t("from")} rules={[required]}>
        <DatePicker format={DAY} allowClear={false} />
      </Form.Item>
      <Form.Item
        name="to"
        label={t("to")}
        rules={[
          ...(mustEnd ? [required] : []),
          ({ getFieldValue }) => ({
            validator: (_, to?: Dayjs | null) =>
              to?.isBefore(getFieldValue("from") as Dayjs, "day")
                ? Promise.reject(new Error(t("to.before")))
                : Promise.resolve(),
          }),
        ]}
        extra={mustEnd ? undefined : t("to.open")}
      >
        <DatePicker format={DAY} placeholder={mustEnd ? undefined : t("to.none")} />
      </Form.Item>
    </div>
  );
}

/** Appoints a known worker: `worker` or `grid` is settled already, the other is asked for. */
export function Appoint({ worker, grid, close, done }: DialogProps & { worker?: Worker; grid?: string }) {
  const { t } = useTranslation("grids");
  const grids = useGrids();
  const workers = useWorkers();
  const appoint = api.useMutation("post", "/v1/workers/{id}/appointments", {
    onSuccess: async ({ worker: appointed }, { body }) => {
      await readAgain();
      done(t("appointed", { name: appointed.name, grid: nameOf(grids.data, body.grid) }));
    },
  });
  type Fields = Days & { worker: string; grid: string; head: boolean };
  const who = workers.data?.map(({ id, name }) => ({ value: id, label: name }));
  const required = [{ required: true, message: t("field.required") }];
  return (
    <Dialog title={t("appoint")} close={close}>
      <Form<Fields>
        autoComplete="off"
        name="appoint"
        layout="vertical"
        requiredMark={false}
        initialValues={{ worker: worker?.id, grid, from: dayjs(), head: false }}
        onFinish={({ worker: id, from, to, ...rest }) =>
          appoint.mutate({
            params: { path: { id } },
            body: { grid: rest.grid, head: rest.head, from: text(from), to: text(to) },
          })
        }
      >
        <Form.Item name="worker" label={t("worker")} rules={required} hidden={worker !== undefined}>
          <Select
            showSearch={{ optionFilterProp: "label" }}
            options={who}
            placeholder={t("worker.choose")}
            notFoundContent={t("people.none")}
          />
        </Form.Item>
        <Form.Item name="grid" label={t("grid")} rules={required} hidden={grid !== undefined}>
          <Select
            showSearch={{ optionFilterProp: "label" }}
            options={gridOptions(grids.data)}
            placeholder={t("grid.choose")}
          />
        </Form.Item>
        <DayFields />
        <Form.Item name="head" valuePropName="checked">
          <Checkbox>{t("as_head")}</Checkbox>
        </Form.Item>
        <FormFoot error={appoint.error} pending={appoint.isPending} ok={t("appoint")} close={close} />
      </Form>
    </Dialog>
  );
}

/** Sets the days of an appointment; whoever leaves keeps the right to hand in for a month. */
export function End({ held, close, done }: DialogProps & { held: Held }) {
  const { t } = useTranslation("grids");
  const { worker, appointment } = held;
  const grids = useGrids();
  const end = api.useMutation("patch", "/v1/workers/{id}/appointments/{appointment}", {
    onSuccess: async () => {
      await readAgain();
      done(t("ended", { name: worker.name, grid: nameOf(grids.data, appointment.grid) }));
    },
  });
  return (
    <Dialog
      title={t("end.title", { name: worker.name, grid: nameOf(grids.data, appointment.grid) })}
      close={close}
    >
      <Form<Days>
        autoComplete="off"
        name="end"
        layout="vertical"
        requiredMark={false}
        initialValues={{ from: dayjs(appointment.from), to: lastDay(appointment) }}
        onFinish={({ from, to }) =>
          end.mutate({
            params: { path: { id: worker.id, appointment: appointment.id } },
            body: { from: text(from), to: text(to) ?? "" },
          })
        }
      >
        <p>{t("end.text")}</p>
        <DayFields mustEnd />
        <FormFoot error={end.error} pending={end.isPending} ok={t("save")} close={close} />
      </Form>
    </Dialog>
  );
}

/** What is proposed: today, unless it has ended or not begun. */
function lastDay({ from, to }: Appointment): Dayjs {
  if (to != null) return dayjs(to);
  const today = dayjs();
  return today.isBefore(from, "day") ? dayjs(from) : today;
}

/** Adds a worker together with the first grids. */
export function AddWorker({ grid, close, done }: DialogProps & { grid?: string }) {
  const { t } = useTranslation("grids");
  const grids = useGrids();
  const workers = useWorkers();
  const [form] = Form.useForm<Days & { name: string; grids: string[] }>();
  const name = (Form.useWatch("name", form) as string | undefined)?.trim();
  const known = workers.data?.some((worker) => worker.name === name);
  const add = api.useMutation("post", "/v1/workers", {
    onSuccess: async (worker) => {
      await readAgain();
      done(t("people.added", { name: worker.name }));
    },
  });
  const required = [{ required: true, message: t("field.required") }];
  return (
    <Dialog title={t("people.add")} close={close}>
      <Form
        autoComplete="off"
        name="add-worker"
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ grids: grid === undefined ? [] : [grid], from: dayjs() }}
        onFinish={({ from, to, ...rest }) =>
          add.mutate({ body: { name: rest.name, grids: rest.grids, from: text(from), to: text(to) } })
        }
      >
        <Form.Item
          name="name"
          label={t("person")}
          rules={[{ required: true, whitespace: true, message: t("field.required") }]}
          extra={known && <Status tone="warning">{t("people.known")}</Status>}
        >
          <Input autoComplete="off" maxLength={NAME_CHARS_MAX} />
        </Form.Item>
        <Form.Item name="grids" label={t("grids")} rules={required}>
          <Select
            mode="multiple"
            showSearch={{ optionFilterProp: "label" }}
            options={gridOptions(grids.data)}
            placeholder={t("grid.choose")}
          />
        </Form.Item>
        <DayFields />
        <FormFoot error={add.error} pending={add.isPending} ok={t("people.add")} close={close} />
      </Form>
    </Dialog>
  );
}
