/** The household's own fields, each changed by itself: two people who change different ones never meet. */
import { EditSOutline } from "antd-mobile-icons";
import { Button } from "antd-mobile";
import { useState } from "react";
import { useTranslation } from "@/shared/texts";
import type { Household } from "@/phone/calls";
import { useDraft } from "@/shared/draft";
import { NoteField, PrivateForm, TextField } from "@/shared/fields";
import { useDo } from "@/shared/phone";
import { DraftNote } from "@/shared/saved";
import { Sheet } from "@/shared/sheet";
import { Refused } from "@/shared/states";
import { TagEditor } from "@/shared/tag-editor";

const TYPED = ["contact_phone", "note"] as const;
type Typed = (typeof TYPED)[number];

export function Fields({ household }: { household: Household }) {
  const { t } = useTranslation("household");
  const [editing, setEditing] = useState<Typed | "tags" | null>(null);
  const close = () => setEditing(null);
  const shown = (field: Typed | "tags") =>
    field === "tags" ? (household.tags ?? []).join(t("comma")) : (household[field] ?? "");
  return (
    <section className="panel flush">
      <h2>{t("fields")}</h2>
      <ul className="plain">
        {[...TYPED, "tags" as const].map((field) => (
          <li key={field}>
            <button type="button" className="row" onClick={() => setEditing(field)}>
              <span className="row-main">
                <span className="field-label">{t(`field.${field}`)}</span>
                <span>{shown(field) === "" ? t("none") : shown(field)}</span>
              </span>
              <EditSOutline className="row-arrow" aria-hidden />
              <span className="only-read-aloud">{t("edit")}</span>
            </button>
          </li>
        ))}
      </ul>
      {editing === "tags" && (
        <Sheet title={t("field.tags")} onClose={close}>
          <HouseholdTags household={household} />
        </Sheet>
      )}
      {editing !== null && editing !== "tags" && (
        <Sheet title={t(`field.${editing}`)} onClose={close}>
          <EditField household={household} field={editing} onDone={close} />
        </Sheet>
      )}
    </section>
  );
}

function HouseholdTags({ household }: { household: Household }) {
  const edit = useDo("editHousehold");
  const change = (typed: string) => edit.mutate({ household: household.id, field: "tags", typed });
  return <TagEditor tags={household.tags ?? []} onChange={change} error={edit.error} />;
}

function EditField({ household, field, onDone }: { household: Household; field: Typed; onDone: () => void }) {
  const { t } = useTranslation("household");
  const edit = useDo("editHousehold");
  const draft = useDraft({
    key: `edit/${household.id}/${field}`,
    version: 1,
    blank: () => ({ typed: household[field] ?? "" }),
  });
  if (draft.value === null) return null;
  const { typed } = draft.value;
  const change = (value: string) => draft.change({ typed: value });
  const save = () => {
    edit.mutate(
      { household: household.id, field, typed },
      {
        onSuccess: () => {
          draft.drop();
          onDone();
        },
      },
    );
  };
  return (
    <PrivateForm onSubmit={save}>
      <DraftNote draft={draft} />
      {field === "note" ? (
        <NoteField label={t("field.note")} value={typed} onChange={change} />
      ) : (
        <TextField label={t("field.contact_phone")} value={typed} onChange={change} type="tel" autoFocus />
      )}
      <Refused problem={edit.error} />
      <Button block color="primary" size="large" type="submit" loading={edit.isPending}>
        {t("save")}
      </Button>
      <p className="hint">{t("edit.text")}</p>
    </PrivateForm>
  );
}
