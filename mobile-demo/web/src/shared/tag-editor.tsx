/** Tags, each kept at the tap: two people who add different ones both keep theirs. */
import { Button } from "antd-mobile";
import { useState } from "react";
import { useTranslation } from "@/shared/texts";
import { Choice, PrivateForm, TextField } from "./fields";
import { Refused } from "./states";

interface TagEditorProps {
  tags: readonly string[];
  /** `+独居` adds it, `-独居` takes it away. */
  onChange: (typed: string) => void;
  error: unknown;
}

export function TagEditor({ tags, onChange, error }: TagEditorProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const offered = t("tags.usual").split(t("comma"));
  const options = [...new Set([...tags, ...offered])].map((tag) => ({ value: tag, label: tag }));
  const toggle = (tag: string) => onChange(`${tags.includes(tag) ? "-" : "+"}${tag}`);
  return (
    <PrivateForm
      onSubmit={() => {
        if (typed.trim() === "") return;
        onChange(`+${typed.trim()}`);
        setTyped("");
      }}
    >
      <Choice label={t("tags.choose")} options={options} value={tags} onChange={toggle} />
      <TextField label={t("tags.other")} value={typed} onChange={setTyped} maxLength={40} />
      <Refused problem={error} />
      <Button block type="submit" disabled={typed.trim() === ""} color="primary" fill="outline">
        {t("tags.add")}
      </Button>
    </PrivateForm>
  );
}
