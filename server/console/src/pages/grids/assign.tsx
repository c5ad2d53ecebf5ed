/** Ticked places go to a grid that is there, or to a new one; first one sees what becomes of every grid. */
import { ArrowRightOutlined } from "@ant-design/icons";
import { Alert, Form, Input, Radio, Select, Spin } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type Schema } from "@/api/client";
import { Dialog } from "@/shared/dialog";
import { FormFoot } from "@/shared/form-foot";
import { Failed, Loading } from "@/shared/states";
import { gridOptions, nameOf, readAgain, useGrids } from "./data";
import { Communities, codeOf, codeRule, CODE_CHARS, NAME_CHARS_MAX, useOneCommunity } from "./grid-forms";
import type { Place, Spot } from "./places";
import { SizeBar, SizeWord, useNumber } from "./size";

type Assigned = Schema<"AssignedBody">;

interface AssignProps {
  chosen: readonly Spot[];
  close: () => void;
  /** Says what was done. */
  done: (text: string) => void;
}

interface Fields {
  target: "known" | "new";
  code?: string;
  name?: string;
  newCode?: string;
  community?: string;
}

export function Assign({ chosen, close, done }: AssignProps) {
  const { t } = useTranslation("grids");
  const number = useNumber();
  const grids = useGrids();
  const [form] = Form.useForm<Fields>();
  const target = (Form.useWatch("target", form) as Fields["target"] | undefined) ?? "known";
  const code = Form.useWatch("code", form);
  // Looked at once, so that news while the dialog is open do not change what one has read.
  const [places] = useState(() => chosen.flatMap(({ place }) => place ?? []));
  const [households] = useState(() => chosen.reduce((sum, spot) => sum + spot.households, 0));
  const only = useOneCommunity();
  const moved = async (name: string, assigned: Assigned) => {
    await readAgain();
    done(t("assigned", { count: assigned.households, n: number(assigned.households), name }));
  };
  const assign = api.useMutation("post", "/v1/grids/{code}/places", {
    onSuccess: (assigned, { params }) => moved(nameOf(grids.data, params.path.code), assigned),
  });
  const add = api.useMutation("post", "/v1/grids", {
    onSuccess: (grid) => moved(grid.name, grid.assigned),
  });
  const pending = assign.isPending || add.isPending;
  const save = (fields: Fields) => {
    if (fields.target === "known") {
      assign.mutate({ params: { path: { code: fields.code ?? "" } }, body: { places } });
      return;
    }
    add.mutate({
      body: {
        name: fields.name ?? "",
        code: codeOf(fields.newCode),
        community: fields.community ?? only,
        places,
      },
    });
  };
  const required = { required: true, whitespace: true, message: t("field.required") };
  return (
    <Dialog
      title={t("assign.title", { count: households, n: number(households) })}
      close={pending ? () => undefined : close}
      width={640}
    >
      <Form<Fields>
        autoComplete="off"
        name="assign"
        form={form}
        layout="vertical"
        requiredMark={false}
        disabled={pending}
        initialValues={{ target: grids.data?.length === 0 ? "new" : "known" }}
        onFinish={save}
      >
        <Form.Item name="target" label={t("assign.to")}>
          <Radio.Group
            options={[
              { value: "known", label: t("assign.known"), disabled: grids.data?.length === 0 },
              { value: "new", label: t("assign.new") },
            ]}
          />
        </Form.Item>
        {target === "known" ? (
          <Form.Item name="code" label={t("grid")} rules={[required]}>
            <Select
              showSearch={{ optionFilterProp: "label" }}
              options={gridOptions(grids.data)}
              placeholder={t("grid.choose")}
            />
          </Form.Item>
        ) : (
          <>
            <div className="two">
              <Form.Item name="name" label={t("name")} rules={[required]}>
                <Input autoComplete="off" maxLength={NAME_CHARS_MAX} />
              </Form.Item>
              <Form.Item
                name="newCode"
                label={t("code")}
                rules={[codeRule(t("code.rule"))]}
                extra={t("code.next")}
              >
                <Input autoComplete="off" maxLength={CODE_CHARS} />
              </Form.Item>
            </div>
            <Communities />
          </>
        )}
        {target === "known" && code !== undefined && (
          <KnownPreview key={code} code={code} places={places} pending={pending} />
        )}
        {target === "new" && <NewPreview places={places} community={only} pending={pending} />}
        {pending && (
          <Form.Item>
            <Alert
              type="info"
              role="status"
              showIcon
              icon={<Spin size="small" />}
              title={t("assign.busy", { count: households, n: number(households) })}
            />
          </Form.Item>
        )}
        <FormFoot error={assign.error ?? add.error} pending={pending} ok={t("assign.ok")} close={close} />
      </Form>
    </Dialog>
  );
}

interface PreviewProps {
  places: Place[];
  /** While it is being done, what would be done is settled. */
  pending: boolean;
}

/** Never an answer of before: grids may have changed since. */
const ANEW = { staleTime: 0, gcTime: 0 };

function KnownPreview({ code, places, pending }: PreviewProps & { code: string }) {
  const looked = api.useQuery(
    "post",
    "/v1/grids/{code}/places",
    { params: { path: { code } }, body: { places, dry_run: true } },
    { ...ANEW, enabled: !pending },
  );
  return <Preview looked={looked.data} error={looked.error} target={code} />;
}

function NewPreview({ places, community, pending }: PreviewProps & { community: string | undefined }) {
  // Which code it will have makes no difference to who moves.
  const looked = api.useQuery(
    "post",
    "/v1/grids",
    { body: { name: "", community, places, dry_run: true } },
    { ...ANEW, enabled: !pending && community !== undefined },
  );
  const code = looked.data?.code;
  return community === undefined ? null : (
    <Preview looked={looked.data?.assigned} error={looked.error} target={code} isNew />
  );
}

interface LookedProps {
  looked: Assigned | undefined;
  error: unknown;
  target: string | undefined;
  isNew?: boolean;
}

function Preview({ looked, error, target, isNew = false }: LookedProps) {
  const { t } = useTranslation("grids");
  if (error != null) return <Failed problem={error} />;
  if (looked === undefined) return <Loading rows={3} />;
  const rows = [...looked.grids].sort((a, b) => Number(b.code === target) - Number(a.code === target));
  const name = isNew ? t("assign.new.name") : undefined;
  return (
    <Form.Item label={t("sizes")} extra={looked.households === 0 ? t("assign.nothing") : undefined}>
      <Sizes rows={rows} named={target !== undefined && name !== undefined ? { [target]: name } : {}} />
    </Form.Item>
  );
}

interface SizesProps {
  rows: readonly Schema<"SizeBody">[];
  /** Names of grids that are not there yet, by code. */
  named?: Record<string, string>;
}

/** Grids before and after. */
export function Sizes({ rows, named = {} }: SizesProps) {
  const { t } = useTranslation("grids");
  const grids = useGrids();
  const number = useNumber();
  return (
    <table className="sizes">
      <thead>
        <tr>
          <th scope="col">{t("grid")}</th>
          <th scope="col">{t("before")}</th>
          <td aria-hidden />
          <th scope="col">{t("after")}</th>
          <th scope="col">{t("size")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ code, before, after, size }) => (
          <tr key={code}>
            <th scope="row">{named[code] ?? nameOf(grids.data, code)}</th>
            <td className="number">{number(before)}</td>
            <td aria-hidden>
              <ArrowRightOutlined />
            </td>
            <td className="number">
              <strong>{number(after)}</strong>
            </td>
            <td>
              <SizeWord size={size} />
              <SizeBar households={after} size={size} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
