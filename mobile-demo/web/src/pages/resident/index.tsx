/** Somebody who lives there: added, or changed field by field. */
import { Button } from "antd-mobile";
import { useState } from "react";
import { useTranslation } from "@/shared/texts";
import { useNavigate, useParams } from "react-router";
import type { NewResident, Resident } from "@/phone/calls";
import { useDraft } from "@/shared/draft";
import { Choice, PrivateForm, TextField } from "@/shared/fields";
import { newId } from "@/shared/ids";
import { useAsk, useDo, usePhone } from "@/shared/phone";
import { DraftNote } from "@/shared/saved";
import { Screen } from "@/shared/screen";
import { Sheet } from "@/shared/sheet";
import { Empty, Loaded, Loading, Refused } from "@/shared/states";
import { TagEditor } from "@/shared/tag-editor";
import { Consents } from "./consents";

const FORM_VERSION = 1;

/** Fields that are typed; an empty one says nothing. */
const TYPED = ["name", "relation", "gender", "birth", "phone"] as const;
type Typed = Record<(typeof TYPED)[number], string>;
interface Form extends Typed {
  id: string;
}

const typedOf = (resident?: Resident): Typed => ({
  name: resident?.name ?? "",
  relation: resident?.relation ?? "",
  gender: resident?.gender ?? "",
  birth: resident?.birth ?? "",
  phone: resident?.phone ?? "",
});

export default function ResidentPage() {
  const { t } = useTranslation("resident");
  const { id = "", resident } = useParams();
  const household = useAsk("household", { id, withHistory: false });
  const found = household.data?.residents.find((it) => it.id === resident);
  return (
    <Screen title={resident === undefined ? t("add") : (found?.name ?? t("edit"))} back={`/household/${id}`}>
      <Loaded query={household}>
        {(it) =>
          resident === undefined ? (
            <Add household={id} address={it.address} />
          ) : found === undefined ? (
            <Empty title={t("gone")} text={t("gone.text")} />
          ) : (
            <Edit household={id} resident={found} />
          )
        }
      </Loaded>
    </Screen>
  );
}

function Add({ household, address }: { household: string; address: string }) {
  const leave = useLeave(household);
  const key = `resident/${household}`;
  const draft = useDraft<Form>({
    key,
    version: FORM_VERSION,
    blank: () => ({ id: newId("resident"), ...typedOf() }),
  });
  const add = useDo("addResident");
  const form = draft.value;
  if (form === null) return <Loading />;
  const save = async () => {
    await draft.settled();
    const resident: NewResident = { id: form.id, draft: key, name: form.name };
    for (const field of TYPED) if (form[field].trim() !== "") resident[field] = form[field].trim();
    add.mutate(
      { household, resident },
      {
        onSuccess: () => {
          draft.done();
          leave();
        },
      },
    );
  };
  return (
    <PrivateForm className="form" onSubmit={() => void save()}>
      <p className="hint">{address}</p>
      <DraftNote draft={draft} />
      <Fields form={form} onChange={draft.change} />
      <Refused problem={add.error} />
      <SaveBar pending={add.isPending} disabled={form.name.trim() === ""} />
    </PrivateForm>
  );
}

function Edit({ household, resident }: { household: string; resident: Resident }) {
  const { t } = useTranslation("resident");
  const phone = usePhone();
  const leave = useLeave(household);
  const edit = useDo("editResident");
  const [sheet, setSheet] = useState<"tags" | "consents" | "remove" | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [pending, setPending] = useState(false);
  const draft = useDraft<Typed>({
    key: `resident/${household}/${resident.id}`,
    version: FORM_VERSION,
    blank: () => typedOf(resident),
  });
  const form = draft.value;
  if (form === null) return <Loading />;
  const change = (field: string, typed: string) =>
    edit.mutate({ household, resident: resident.id, field, typed });

  // Field by field: one that nobody touched here must not meet a colleague's change of it.
  const save = async () => {
    setPending(true);
    const before = typedOf(resident);
    try {
      for (const field of TYPED) {
        const typed = form[field].trim();
        if (typed !== before[field])
          await phone.call("editResident", { household, resident: resident.id, field, typed });
      }
      draft.drop();
      leave();
    } catch (refused) {
      setProblem(refused);
    } finally {
      setPending(false);
    }
  };
  return (
    <PrivateForm className="form" onSubmit={() => void save()}>
      <DraftNote draft={draft} />
      <Fields form={form} onChange={draft.change} />
      <button type="button" className="row panel" onClick={() => setSheet("tags")}>
        <span className="row-main">
          <span className="field-label">{t("tags")}</span>
          <span>{(resident.tags ?? []).join(t("comma")) || t("none")}</span>
        </span>
      </button>
      <button type="button" className="row panel" onClick={() => setSheet("consents")}>
        <span className="row-main">{t("consents")}</span>
      </button>
      <button type="button" className="link" onClick={() => setSheet("remove")}>
        {t("remove")}
      </button>
      <Refused problem={problem} />
      <SaveBar pending={pending} disabled={form.name.trim() === ""} />
      {sheet === "tags" && (
        <Sheet title={t("tags")} onClose={() => setSheet(null)}>
          <TagEditor
            tags={resident.tags ?? []}
            onChange={(typed) => change("tags", typed)}
            error={edit.error}
          />
        </Sheet>
      )}
      {sheet === "consents" && (
        <Sheet title={t("consents")} onClose={() => setSheet(null)}>
          <Consents household={household} resident={resident.id} />
        </Sheet>
      )}
      {sheet === "remove" && (
        <Sheet title={t("remove")} onClose={() => setSheet(null)}>
          <p>{t("remove.text", { name: resident.name })}</p>
          <Refused problem={edit.error} />
          <Button
            block
            color="primary"
            loading={edit.isPending}
            onClick={() =>
              edit.mutate(
                { household, resident: resident.id, field: "presence", typed: "removed" },
                {
                  onSuccess: () => {
                    draft.drop();
                    leave();
                  },
                },
              )
            }
          >
            {t("remove.ok")}
          </Button>
        </Sheet>
      )}
    </PrivateForm>
  );
}

function Fields({ form, onChange }: { form: Typed; onChange: (part: Partial<Typed>) => void }) {
  const { t } = useTranslation("resident");
  const relations = t("relation.usual").split(t("comma"));
  return (
    <>
      <TextField label={t("name")} value={form.name} onChange={(name) => onChange({ name })} maxLength={60} />
      <Choice
        label={t("relation")}
        options={[...new Set([...relations, ...(form.relation === "" ? [] : [form.relation])])].map(
          (value) => ({
            value,
            label: value,
          }),
        )}
        value={[form.relation]}
        onChange={(relation) => onChange({ relation: relation === form.relation ? "" : relation })}
      />
      <Choice
        label={t("gender")}
        options={(["male", "female"] as const).map((value) => ({ value, label: t(`gender.${value}`) }))}
        value={[form.gender as "male" | "female"]}
        onChange={(gender) => onChange({ gender: gender === form.gender ? "" : gender })}
      />
      <TextField
        label={t("birth")}
        hint={t("birth.hint")}
        value={form.birth}
        onChange={(birth) => onChange({ birth })}
        inputMode="numeric"
        maxLength={10}
      />
      <TextField
        label={t("phone")}
        value={form.phone}
        onChange={(phone) => onChange({ phone })}
        type="tel"
        maxLength={30}
      />
    </>
  );
}

function SaveBar({ pending, disabled }: { pending: boolean; disabled: boolean }) {
  const { t } = useTranslation("resident");
  return (
    <div className="save-bar">
      <Button block color="primary" size="large" type="submit" loading={pending} disabled={disabled}>
        {t("save")}
      </Button>
      <p className="hint">{t("save.text")}</p>
    </div>
  );
}

/** Back to the card, which says what is saved and what waits. */
function useLeave(household: string) {
  const navigate = useNavigate();
  return () => void navigate(`/household/${household}`, { replace: true });
}
