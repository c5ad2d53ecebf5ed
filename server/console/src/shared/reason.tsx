/** Asks for the reason of a decision that others will read. */
import { App, Form, Input, Tag } from "antd";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";

/** As long as the reason of a resolution may be. */
const REASON_CHARS_MAX = 100;

interface Question {
  title: string;
  /** What will happen. */
  text?: string;
  ok: string;
  danger?: boolean;
  /** Reasons that are often right; a click takes one. */
  suggestions?: string[];
}

/**
 *     const askReason = useReason();
 *     const reason = await askReason({ title, ok: t("merge.ok"), suggestions: ["已电话核实"] });
 *     if (reason === null) return; // declined
 */
export function useReason(): (question: Question) => Promise<string | null> {
  const { modal } = App.useApp();
  const { t } = useTranslation();
  return useCallback(
    (question: Question) =>
      new Promise<string | null>((resolve) => {
        let reason = "";
        const dialog = modal.confirm({
          title: question.title,
          icon: null,
          width: 480,
          content: (
            <Reason
              question={question}
              onChange={(text) => {
                reason = text.trim();
                dialog.update({ okButtonProps: { disabled: reason === "", danger: question.danger } });
              }}
            />
          ),
          okText: question.ok,
          cancelText: t("cancel"),
          okButtonProps: { disabled: true, danger: question.danger },
          onOk: () => resolve(reason),
          onCancel: () => resolve(null),
        });
      }),
    [modal, t],
  );
}

function Reason({ question, onChange }: { question: Question; onChange: (text: string) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const take = (next: string) => {
    setText(next);
    onChange(next);
  };
  return (
    <>
      {question.text !== undefined && <p>{question.text}</p>}
      <Form layout="vertical" autoComplete="off">
        <Form.Item label={t("reason.label")} htmlFor="reason" required>
          <Input.TextArea
            id="reason"
            autoFocus
            value={text}
            maxLength={REASON_CHARS_MAX}
            showCount
            autoSize={{ minRows: 2, maxRows: 5 }}
            onChange={(event) => take(event.target.value)}
          />
        </Form.Item>
      </Form>
      {question.suggestions?.map((suggestion) => (
        <Tag
          key={suggestion}
          role="button"
          tabIndex={0}
          style={{ cursor: "pointer" }}
          onClick={() => take(suggestion)}
          onKeyDown={(event) => {
            if (event.key === "Enter" || event.key === " ") take(suggestion);
          }}
        >
          {suggestion}
        </Tag>
      ))}
    </>
  );
}
