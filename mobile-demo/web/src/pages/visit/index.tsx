/** A visit at the door: an outcome is enough, everything else is there for whoever has something to say. */
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd-mobile";
import { useState } from "react";
import { useTranslation } from "@/shared/texts";
import { useParams } from "react-router";
import { OUTCOMES, type Household, type NewVisit, type Outcome } from "@/phone/calls";
import { useCampaign } from "@/shared/campaign";
import { useDraft } from "@/shared/draft";
import { Choice, NoteField, PrivateForm, TextField } from "@/shared/fields";
import { newId } from "@/shared/ids";
import { useAsk, useDo } from "@/shared/phone";
import { PhotoField, usePhoto } from "@/shared/photo";
import { DraftNote } from "@/shared/saved";
import { Screen } from "@/shared/screen";
import { Loaded, Loading, Refused } from "@/shared/states";
import { StandingIcon } from "@/shared/status";
import { Needs } from "./needs";
import { useNextDoor, type NextDoor } from "./next-door";
import { answered, NO_ANSWERS, Questions, type Answers } from "./questions";
import { Saved } from "./saved";
import { ToldField } from "./told";

/** Raised when a question changes its meaning. */
const FORM_VERSION = 2;

interface Form {
  id: string;
  outcome: Outcome | null;
  atHome: number | null;
  needs: string[];
  note: string;
  temperature: string;
  told: string[];
  /** To a campaign's questions, by their ids. */
  answers: Answers;
}

const blank = (): Form => ({
  id: newId("visit"),
  outcome: null,
  atHome: null,
  needs: [],
  note: "",
  temperature: "",
  told: [],
  answers: NO_ANSWERS,
});

/** Before version 2 there were no questions. */
const read = (version: number, typed: unknown): Form | null =>
  version === 1 ? { ...blank(), ...(typed as Partial<Form>) } : null;

/** Somebody was met, or at least seen. */
const MET: readonly Outcome[] = ["done", "revisit"];

const IN = ["1", "2", "3", "4", "5", "6"] as const;

export default function VisitPage() {
  const { id = "" } = useParams();
  // Another household is another form.
  return <VisitOf key={id} id={id} />;
}

interface Done {
  outcome: Outcome;
  next: NextDoor;
  /** When, by the clock that the answers below are stamped with. */
  at: number;
}

function VisitOf({ id }: { id: string }) {
  const { t } = useTranslation("visit");
  const household = useAsk("household", { id, withHistory: false });
  const [done, setDone] = useState<Done | null>(null);
  const address = household.data?.address;
  if (done !== null) {
    // What was known before the save says nothing of whether the save is uploaded.
    const sent = household.dataUpdatedAt > done.at && household.data?.unsent === false;
    return <Saved address={address} sent={sent} {...done} />;
  }
  return (
    <Screen title={address ?? t("title")} back={`/household/${id}`}>
      <Loaded query={household}>{(it) => <VisitForm household={it} onDone={setDone} />}</Loaded>
    </Screen>
  );
}

function VisitForm({ household, onDone }: { household: Household; onDone: (done: Done) => void }) {
  const { t } = useTranslation("visit");
  const queries = useQueryClient();
  const key = `visit/${household.id}`;
  const draft = useDraft({ key, version: FORM_VERSION, blank, read });
  const photo = usePhoto(key);
  const record = useDo("recordVisit");
  const next = useNextDoor(household);
  const { campaign } = useCampaign();
  const [more, setMore] = useState(false);
  const form = draft.value;
  if (form === null) return <Loading />;
  const { outcome } = form;

  const save = async () => {
    if (outcome === null) return;
    await draft.settled();
    const visit = { ...visitOf(form, outcome, key), ...answered(campaign, form.answers, outcome) };
    if (photo.jpeg !== null) visit.photo = photo.jpeg;
    record.mutate(
      { household: household.id, visit },
      {
        onSuccess: () => {
          draft.done();
          photo.done();
          onDone({ outcome, next, at: Date.now() });
          void queries.invalidateQueries({ queryKey: ["household"] });
        },
      },
    );
  };
  const showsMore = more || form.temperature !== "" || form.told.length > 0;
  return (
    <PrivateForm className="form" onSubmit={() => void save()}>
      <DraftNote draft={draft} />
      <Choice
        big
        label={t("outcome")}
        options={OUTCOMES.map((value) => ({
          value,
          label: t(`standing.${value}`),
          icon: <StandingIcon standing={value} />,
        }))}
        value={outcome === null ? [] : [outcome]}
        onChange={(chosen) =>
          draft.change({ outcome: chosen, atHome: MET.includes(chosen) ? form.atHome : null })
        }
      />
      {outcome !== null && MET.includes(outcome) && (
        <Choice
          label={t("at_home")}
          options={IN.map((value) => ({ value, label: value === "6" ? t("at_home.more") : value }))}
          value={form.atHome === null ? [] : [String(form.atHome) as (typeof IN)[number]]}
          onChange={(chosen) =>
            draft.change({ atHome: form.atHome === Number(chosen) ? null : Number(chosen) })
          }
        />
      )}
      {outcome !== null && (
        <Questions
          campaign={campaign}
          outcome={outcome}
          answers={form.answers}
          onChange={(answers) => draft.change({ answers })}
        />
      )}
      <Needs needs={form.needs} onChange={(needs) => draft.change({ needs })} />
      <NoteField
        label={t("note")}
        placeholder={t("note.hint")}
        rows={2}
        value={form.note}
        onChange={(note) => draft.change({ note })}
      />
      <PhotoField photo={photo} />
      {showsMore ? (
        <>
          <ToldField told={form.told} onChange={(told) => draft.change({ told })} />
          <TextField
            label={t("temperature")}
            hint={t("temperature.hint")}
            inputMode="decimal"
            maxLength={8}
            value={form.temperature}
            onChange={(temperature) => draft.change({ temperature })}
          />
        </>
      ) : (
        <button type="button" className="link" onClick={() => setMore(true)}>
          {t("more")}
        </button>
      )}
      <Refused problem={record.error} />
      <div className="save-bar">
        <Button
          block
          color="primary"
          size="large"
          type="submit"
          loading={record.isPending}
          disabled={outcome === null}
        >
          {t(outcome === null ? "choose" : "save")}
        </Button>
      </div>
    </PrivateForm>
  );
}

function visitOf(form: Form, outcome: Outcome, draft: string): NewVisit {
  const visit: NewVisit = { id: form.id, draft, outcome };
  if (form.atHome !== null) visit.atHome = form.atHome;
  if (form.needs.length > 0) visit.needs = form.needs;
  if (form.note.trim() !== "") visit.note = form.note.trim();
  if (form.temperature.trim() !== "") visit.temperature = form.temperature.trim();
  if (form.told.length > 0) visit.told = form.told.map((directive) => ({ directive, by: "visit" }));
  return visit;
}
