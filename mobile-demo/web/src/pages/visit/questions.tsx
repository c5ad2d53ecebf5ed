/** What the office asks at every door of a campaign. */
import { useTranslation } from "@/shared/texts";
import type { Campaign, NewVisit, Outcome, Question } from "@/phone/calls";
import { language } from "@/i18n";
import { Choice, TextField } from "@/shared/fields";

/** What was answered, and in which campaign: two may ask under the same id. */
export interface Answers {
  campaign: string | null;
  said: Record<string, string>;
}

export const NO_ANSWERS: Answers = { campaign: null, said: {} };

const isAsked = (question: Question, outcome: Outcome) => question.always || outcome === "done";

const saidIn = (campaign: Campaign, answers: Answers) =>
  answers.campaign === campaign.name ? answers.said : {};

/** The part of a visit that is the campaign's: of what was answered, only what is on the screen. */
export function answered(
  campaign: Campaign | undefined,
  answers: Answers,
  outcome: Outcome,
): Partial<NewVisit> {
  if (campaign === undefined) return {};
  const said = saidIn(campaign, answers);
  const shown = campaign.questions.filter((it) => isAsked(it, outcome) && said[it.id] !== undefined);
  const part: Partial<NewVisit> = { campaign: campaign.name };
  if (campaign.form !== null) part.form = campaign.form;
  if (shown.length > 0) part.answers = Object.fromEntries(shown.map(({ id }) => [id, said[id] ?? ""]));
  return part;
}

interface QuestionsProps {
  campaign: Campaign | undefined;
  outcome: Outcome;
  answers: Answers;
  onChange: (answers: Answers) => void;
}

export function Questions({ campaign, outcome, answers, onChange }: QuestionsProps) {
  const { t } = useTranslation("visit");
  const isElsewhere = answers.campaign !== null && answers.campaign !== campaign?.name;
  const left = isElsewhere && <p className="hint">{t("question.left", { name: answers.campaign })}</p>;
  if (campaign === undefined) return left;
  const said = saidIn(campaign, answers);
  const asked = campaign.questions.filter((question) => isAsked(question, outcome));
  return (
    <section className="questions" aria-label={t("campaign", { name: campaign.name })}>
      <p className="hint">{t("campaign", { name: campaign.name })}</p>
      {left}
      {asked.map((question) => (
        <Field
          key={question.id}
          question={question}
          answer={said[question.id] ?? ""}
          onChange={(answer) =>
            onChange({ campaign: campaign.name, said: { ...said, [question.id]: answer } })
          }
        />
      ))}
    </section>
  );
}

const inWords = ({ zh, en }: { zh: string; en?: string }) => (language() === "en" ? (en ?? zh) : zh);

interface FieldProps {
  question: Question;
  answer: string;
  onChange: (answer: string) => void;
}

function Field({ question, answer, onChange }: FieldProps) {
  const { t } = useTranslation("visit");
  const text = inWords(question);
  const label = question.required ? t("question.required", { text }) : text;
  const options = (question.options ?? []).map((option) => ({ value: option.id, label: inWords(option) }));
  switch (question.kind) {
    case "text":
      return <TextField label={label} maxLength={100} value={answer} onChange={onChange} />;
    case "number":
      return (
        <TextField
          label={question.unit === undefined ? label : `${label} · ${question.unit}`}
          {...rangeOf(question, (min, max) => t("question.range", { min, max }))}
          inputMode="numeric"
          maxLength={11}
          value={answer}
          onChange={onChange}
        />
      );
    case "several": {
      const chosen = answer.split(",").filter((id) => id !== "");
      const toggle = (id: string) =>
        onChange((chosen.includes(id) ? chosen.filter((it) => it !== id) : [...chosen, id]).join(","));
      return <Choice big label={label} options={options} value={chosen} onChange={toggle} />;
    }
    case "choice":
    case "yes_no": {
      const yesNo = (["yes", "no"] as const).map((value) => ({ value, label: t(`question.${value}`) }));
      return (
        <Choice<string>
          big
          label={label}
          options={question.kind === "choice" ? options : yesNo}
          value={answer === "" ? [] : [answer]}
          onChange={(chosen) => onChange(chosen === answer ? "" : chosen)}
        />
      );
    }
  }
}

function rangeOf({ min, max }: Question, words: (min: number, max: number) => string): { hint?: string } {
  return min === undefined || max === undefined ? {} : { hint: words(min, max) };
}
