/** An issue in half a minute: what kind, where, what. */
import { Button } from "antd-mobile";
import { useTranslation } from "@/shared/texts";
import { useNavigate, useSearchParams } from "react-router";
import {
  ISSUE_CATEGORIES,
  type Household,
  type IssueCategory,
  type NewIssue,
  type Status,
} from "@/phone/calls";
import { useDraft } from "@/shared/draft";
import { Choice, NoteField, PrivateForm, TextField } from "@/shared/fields";
import { gridsOf } from "@/shared/grids";
import { newId } from "@/shared/ids";
import { useAsk, useDo } from "@/shared/phone";
import { PhotoField, usePhoto } from "@/shared/photo";
import { DraftNote } from "@/shared/saved";
import { Screen } from "@/shared/screen";
import { Empty, Loaded, Loading, Refused } from "@/shared/states";

const FORM_VERSION = 1;

interface Form {
  id: string;
  category: IssueCategory | null;
  grid: string;
  place: string;
  text: string;
}

export default function Report() {
  const { t } = useTranslation("report");
  const [params] = useSearchParams();
  const about = params.get("household");
  const status = useAsk("status", {});
  const household = useAsk("household", { id: about ?? "", withHistory: false }, { enabled: about !== null });
  return (
    <Screen title={t("title")} back={about === null ? "/issues" : `/household/${about}`}>
      <Loaded query={status}>
        {(known) =>
          about === null ? (
            <ReportForm status={known} />
          ) : (
            <Loaded query={household}>{(it) => <ReportForm status={known} household={it} />}</Loaded>
          )
        }
      </Loaded>
    </Screen>
  );
}

function ReportForm({ status, household }: { status: Status; household?: Household }) {
  const { t } = useTranslation("report");
  const navigate = useNavigate();
  const grids = gridsOf(status).filter(({ writable }) => writable);
  const grid = household?.grid ?? (grids.length === 1 ? (grids[0]?.name ?? "") : "");
  const key = household === undefined ? "issue/new" : `issue/${household.id}`;
  const draft = useDraft<Form>({
    key,
    version: FORM_VERSION,
    blank: () => ({ id: newId("issue"), category: null, grid, place: household?.address ?? "", text: "" }),
  });
  const photo = usePhoto(key);
  const report = useDo("reportIssue");
  const form = draft.value;
  if (grids.length === 0) return <Empty title={t("no_grid")} text={t("no_grid.text")} />;
  if (form === null) return <Loading />;
  const { category } = form;
  const ready = category !== null && form.grid !== "" && form.text.trim() !== "";

  const save = async () => {
    if (category === null) return;
    await draft.settled();
    const issue: NewIssue = { id: form.id, draft: key, category, grid: form.grid, text: form.text.trim() };
    if (household !== undefined) issue.household = household.id;
    if (form.place.trim() !== "") issue.place = form.place.trim();
    if (photo.jpeg !== null) issue.photo = photo.jpeg;
    report.mutate(
      { issue },
      {
        onSuccess: () => {
          draft.done();
          photo.done();
          void navigate("/issues", { replace: true });
        },
      },
    );
  };
  return (
    <PrivateForm className="form" onSubmit={() => void save()}>
      <DraftNote draft={draft} />
      <Choice
        label={t("category")}
        options={ISSUE_CATEGORIES.map((value) => ({ value, label: t(`category.${value}`) }))}
        value={category === null ? [] : [category]}
        onChange={(chosen) => draft.change({ category: chosen })}
      />
      {household === undefined && grids.length > 1 && (
        <Choice
          label={t("grid")}
          options={grids.map(({ name }) => ({ value: name, label: name }))}
          value={[form.grid]}
          onChange={(chosen) => draft.change({ grid: chosen })}
        />
      )}
      <TextField
        label={t("place")}
        placeholder={t("place.hint")}
        value={form.place}
        onChange={(place) => draft.change({ place })}
        maxLength={100}
      />
      <NoteField
        label={t("text")}
        placeholder={t("text.hint")}
        value={form.text}
        onChange={(text) => draft.change({ text })}
        maxLength={2000}
      />
      <PhotoField photo={photo} />
      <Refused problem={report.error} />
      <div className="save-bar">
        <Button block color="primary" size="large" type="submit" loading={report.isPending} disabled={!ready}>
          {t(ready ? "save" : "missing")}
        </Button>
        <p className="hint">{t("save.text")}</p>
      </div>
    </PrivateForm>
  );
}
