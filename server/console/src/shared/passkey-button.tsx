/** "With a passkey", where a password is asked for. Absent where the browser knows none. */
import { KeyOutlined } from "@ant-design/icons";
import { Alert, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { canUsePasskeys, wasCancelled } from "@/api/passkeys";
import { problemOf, type Problem } from "@/api/problem";

export function PasskeyButton({ prove, size }: { prove: () => Promise<void>; size?: "large" }) {
  const { t } = useTranslation();
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  if (!canUsePasskeys()) return null;
  const press = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await prove();
    } catch (error) {
      if (!wasCancelled(error)) setProblem(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <>
      <Button icon={<KeyOutlined />} block size={size} loading={busy} onClick={() => void press()}>
        {t("passkey.use")}
      </Button>
      {problem && <Alert type="error" showIcon role="alert" title={problem.text} style={{ marginTop: 8 }} />}
    </>
  );
}
