/** A new grid without places, and what all forms about new grids share. */
import { Form, Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { Dialog } from "@/shared/dialog";
import { FormFoot } from "@/shared/form-foot";
import { readAgain, useCommunities } from "./data";

export const NAME_CHARS_MAX = 40;
export const CODE_CHARS = 15;

export function codeRule(message: string) {
  return { pattern: /^\s*(\d{15})?\s*$/, message };
}

/** None means the next free one. */
export function codeOf(typed: string | undefined): string | undefined {
  const code = typed?.trim();
  return code === "" ? undefined : code;
}

/** The community when there is no choice. */
export function useOneCommunity(): string | undefined {
  const all = useCommunities();
  return all.length === 1 ? all[0] : undefined;
}

/** Asks which community, where there are several. */
export function Communities() {
  const { t } = useTranslation("grids");
  const all = useCommunities();
  if (all.length === 1) return null;
  return (
    <Form.Item
      name="community"
      label={t("community")}
      rules={[{ required: true, message: t("field.required") }]}
    >
      <Select options={all.map((value) => ({ value, label: value }))} />
    </Form.Item>
  );
}

interface AddGridProps {
  /** There is none yet whose area the next code could be in. */
  first: boolean;
  close: () => void;
  done: (text: string) => void;
}

export function AddGrid({ first, close, done }: AddGridProps) {
  const { t } = useTranslation("grids");
  const only = useOneCommunity();
  const add = api.useMutation("post", "/v1/grids", {
    onSuccess: async (grid) => {
      await readAgain();
      done(t("added", { name: grid.name, code: grid.code }));
    },
  });
  const required = { required: true, whitespace: true, message: t("field.required") };
  return (
    <Dialog title={t("add")} close={close}>
      <Form<{ name: string; code?: string; community?: string }>
        autoComplete="off"
        name="add-grid"
        layout="vertical"
        requiredMark={false}
        onFinish={({ name, code, community }) =>
          add.mutate({ body: { name, code: codeOf(code), community: community ?? only } })
        }
      >
        <Form.Item name="name" label={t("name")} rules={[required]}>
          <Input autoComplete="off" maxLength={NAME_CHARS_MAX} />
        </Form.Item>
        <Form.Item
          name="code"
          label={t("code")}
          rules={[codeRule(t("code.rule")), ...(first ? [required] : [])]}
          extra={first ? t("code.rule") : t("code.next")}
        >
          <Input autoComplete="off" maxLength={CODE_CHARS} />
        </Form.Item>
        <Communities />
        <FormFoot error={add.error} pending={add.isPending} ok={t("add")} close={close} />
      </Form>
    </Dialog>
  );
}
