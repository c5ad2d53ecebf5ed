/** A household found at a door, compared with all others on this phone while it is typed. */
import { Button } from "antd-mobile";
import { ExclamationCircleFill } from "antd-mobile-icons";
import { useDeferredValue } from "react";
import { useTranslation } from "@/shared/texts";
import { Link, useNavigate } from "react-router";
import type { Duplicate, NewHousehold, Status } from "@/phone/calls";
import { useDraft } from "@/shared/draft";
import { Choice, NoteField, PrivateForm, TextField } from "@/shared/fields";
import { gridsOf } from "@/shared/grids";
import { newId } from "@/shared/ids";
import { useAsk, useDo } from "@/shared/phone";
import { DraftNote } from "@/shared/saved";
import { Screen } from "@/shared/screen";
import { Empty, Loaded, Loading, Refused } from "@/shared/states";

const KEY = "household/new";
const FORM_VERSION = 1;

interface Form {
  id: string;
  grid: string;
  address: string;
  contactPhone: string;
  note: string;
}

export default function AddHousehold() {
  const { t } = useTranslation("add-household");
  const status = useAsk("status", {});
  return (
    <Screen title={t("title")} back="/">
      <Loaded query={status}>{(known) => <AddForm status={known} />}</Loaded>
    </Screen>
  );
}

function AddForm({ status }: { status: Status }) {
  const { t } = useTranslation("add-household");
  const navigate = useNavigate();
  const grids = gridsOf(status).filter(({ writable }) => writable);
  const only = grids.length === 1 ? (grids[0]?.name ?? "") : "";
  const draft = useDraft<Form>({
    key: KEY,
    version: FORM_VERSION,
    blank: () => ({ id: newId("household"), grid: only, address: "", contactPhone: "", note: "" }),
  });
  const add = useDo("addHousehold");
  const form = draft.value;
  const asked = useDeferredValue(form === null ? null : householdOf(form));
  // A half-typed address is no address yet; what the engine says of it is said when it is saved.
  const like = useAsk(
    "duplicatesFor",
    { household: asked ?? { grid: "", address: "" } },
    {
      enabled:
        asked !== null && asked.grid !== "" && (asked.address !== "" || asked.contactPhone !== undefined),
      keep: true,
    },
  );
  if (grids.length === 0) return <Empty title={t("no_grid")} text={t("no_grid.text")} />;
  if (form === null) return <Loading />;
  const save = async () => {
    await draft.settled();
    add.mutate(
      { household: { ...householdOf(form), id: form.id, draft: KEY } },
      {
        onSuccess: ({ id }) => {
          draft.done();
          void navigate(`/household/${id}`, { replace: true });
        },
      },
    );
  };
  const same = like.error === null ? (like.data ?? []) : [];
  return (
    <PrivateForm className="form" onSubmit={() => void save()}>
      <DraftNote draft={draft} />
      {grids.length > 1 && (
        <Choice
          label={t("grid")}
          options={grids.map(({ name }) => ({ value: name, label: name }))}
          value={[form.grid]}
          onChange={(grid) => draft.change({ grid })}
        />
      )}
      <TextField
        label={t("address")}
        hint={t("address.hint")}
        value={form.address}
        onChange={(address) => draft.change({ address })}
        maxLength={100}
      />
      <TextField
        label={t("phone")}
        type="tel"
        value={form.contactPhone}
        onChange={(contactPhone) => draft.change({ contactPhone })}
        maxLength={30}
      />
      <NoteField label={t("note")} value={form.note} onChange={(note) => draft.change({ note })} />
      <Duplicates found={same} />
      <Refused problem={add.error} />
      <div className="save-bar">
        <Button
          block
          color="primary"
          size="large"
          type="submit"
          loading={add.isPending}
          disabled={form.address.trim() === "" || form.grid === ""}
        >
          {t(same.length > 0 ? "save.anyway" : "save")}
        </Button>
        <p className="hint">{t("save.text")}</p>
      </div>
    </PrivateForm>
  );
}

function householdOf(form: Form): NewHousehold {
  const household: NewHousehold = { grid: form.grid, address: form.address.trim() };
  if (form.contactPhone.trim() !== "") household.contactPhone = form.contactPhone.trim();
  if (form.note.trim() !== "") household.note = form.note.trim();
  return household;
}

/** The most alike; whoever looks at more is not looking. */
const SHOWN_MAX = 3;

function Duplicates({ found }: { found: readonly Duplicate[] }) {
  const { t } = useTranslation("add-household");
  if (found.length === 0) return null;
  return (
    <section className="note warning" aria-live="polite">
      <ExclamationCircleFill aria-hidden />
      <div>
        <strong>{t("like", { count: found.length })}</strong>
        <ul className="plain">
          {found.slice(0, SHOWN_MAX).map(({ id, address, reasons }) => (
            <li key={id}>
              <Link to={`/household/${id}`} className="link">
                {address}
              </Link>
              <span className="hint">{reasons.map((reason) => t(`reason.${reason}`)).join(t("comma"))}</span>
            </li>
          ))}
        </ul>
        <p className="hint">{t("like.text")}</p>
      </div>
    </section>
  );
}
