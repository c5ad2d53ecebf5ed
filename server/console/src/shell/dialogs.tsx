/** The dialogs over the page: sign in again, give the password again. What was typed on the page stays. */
import { Form, Input } from "antd";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { answer, ask, asking, watch } from "@/api/gate";
import { confirmWithPasskey, signInWithPasskey } from "@/api/passkeys";
import { problemOf, type Problem } from "@/api/problem";
import { confirm, signIn, signOut, useSession } from "@/api/session";
import { Dialog } from "@/shared/dialog";
import { FormFoot } from "@/shared/form-foot";
import { PasskeyButton } from "@/shared/passkey-button";

/** `expired`: the relay says that nobody is signed in, though this page still shows somebody's work. */
export function SessionDialogs({ expired }: { expired: boolean }) {
  const question = useSyncExternalStore(watch, asking);
  useEffect(() => {
    if (expired) void ask("sign_in");
    else answer("sign_in", true);
  }, [expired]);
  if (question === "sign_in") return <SignInAgain />;
  return question === "confirm" ? <ConfirmPassword /> : null;
}

function SignInAgain() {
  const { t } = useTranslation();
  const { user } = useSession();
  return (
    <PasswordDialog
      title={t("dialog.sign_in")}
      text={t("dialog.sign_in.text", { name: user.name })}
      ok={t("dialog.sign_in.ok")}
      cancel={t("dialog.sign_in.leave")}
      prove={async (password) => {
        await signIn(user.name, password);
        answer("sign_in", true);
      }}
      withPasskey={async () => {
        await signInWithPasskey();
        answer("sign_in", true);
      }}
      decline={() => void signOut()}
    />
  );
}

function ConfirmPassword() {
  const { t } = useTranslation();
  return (
    <PasswordDialog
      title={t("dialog.confirm")}
      text={t("dialog.confirm.text")}
      ok={t("dialog.confirm.ok")}
      cancel={t("cancel")}
      prove={async (password) => {
        await confirm(password);
        answer("confirm", true);
      }}
      withPasskey={async () => {
        await confirmWithPasskey();
        answer("confirm", true);
      }}
      decline={() => answer("confirm", false)}
    />
  );
}

interface PasswordDialogProps {
  title: string;
  text: string;
  ok: string;
  cancel: string;
  prove: (password: string) => Promise<void>;
  withPasskey: () => Promise<void>;
  decline: () => void;
}

function PasswordDialog({ title, text, ok, cancel, prove, withPasskey, decline }: PasswordDialogProps) {
  const { t } = useTranslation();
  const { user } = useSession();
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const submit = async ({ password }: { password: string }) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await prove(password);
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} close={decline} width={420} over>
      <p>{text}</p>
      <PasskeyButton prove={withPasskey} />
      <Form autoComplete="on" name="prove" layout="vertical" onFinish={submit} requiredMark={false}>
        {/* For the browser's password store. */}
        <input type="text" name="username" autoComplete="username" value={user.name} readOnly hidden />
        <Form.Item
          name="password"
          label={t("field.password")}
          rules={[{ required: true, message: t("field.required") }]}
        >
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        <FormFoot error={problem} pending={busy} ok={ok} cancel={cancel} close={decline} />
      </Form>
    </Dialog>
  );
}
