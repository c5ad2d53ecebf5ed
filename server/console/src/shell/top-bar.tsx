/** The header's right side: finding a household, the language, and who is signed in. */
import { DownOutlined, GlobalOutlined, UserOutlined } from "@ant-design/icons";
import { AutoComplete, Button, Dropdown, Input } from "antd";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api } from "@/api/client";
import { signOut, useSession } from "@/api/session";
import { setLanguage } from "@/i18n";
import { keepSearch, searchHeader } from "@/shared/searches";

/** As many as are read at a glance; Enter shows all. */
const FOUND_MAX = 8;

export function TopBar() {
  return (
    <>
      <div className="grow" />
      <HouseholdSearch />
      <LanguageSwitch />
      <UserMenu />
    </>
  );
}

function HouseholdSearch() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const search = useDeferredValue(text.trim());
  const { data: found = [] } = api.useQuery(
    "get",
    "/v1/households",
    { params: { query: { limit: FOUND_MAX }, ...searchHeader(search) } },
    { enabled: search !== "", placeholderData: (before) => before },
  );
  const options = (search === "" ? [] : found).map((household) => ({
    value: household.id,
    label: [household.address, household.residents.slice(0, 3).join(" ")].join("  "),
  }));
  const all = () => void navigate(`/households?search=${keepSearch(text.trim()) ?? ""}`);
  return (
    <search>
      <AutoComplete
        className="shell-search"
        style={{ width: 380 }}
        value={text}
        options={options}
        showSearch={{ onSearch: setText, filterOption: false }}
        onSelect={(id: string) => {
          setText("");
          void navigate(`/households/${id}`);
        }}
        defaultActiveFirstOption={false}
        popupMatchSelectWidth={420}
      >
        <Input.Search
          allowClear
          aria-label={t("shell.search")}
          placeholder={t("shell.search.hint")}
          onSearch={(_, __, from) => {
            if (from?.source === "input") all();
          }}
        />
      </AutoComplete>
    </search>
  );
}

export function LanguageSwitch() {
  const { i18n } = useTranslation();
  const other = i18n.language === "en" ? "zh" : "en";
  // Each language is named in itself: whoever cannot read this page finds it.
  const [name, lang] = other === "en" ? ["English", "en"] : ["中文", "zh-CN"];
  return (
    <Button type="text" icon={<GlobalOutlined />} lang={lang} onClick={() => setLanguage(other)}>
      {name}
    </Button>
  );
}

function UserMenu() {
  const { t } = useTranslation();
  const { user } = useSession();
  const navigate = useNavigate();
  const items = [
    { key: "account", label: t("menu.account"), onClick: () => void navigate("/account") },
    { type: "divider" as const },
    { key: "out", label: t("shell.sign_out"), onClick: () => void signOut() },
  ];
  return (
    <Dropdown menu={{ items }} trigger={["click"]}>
      <Button type="text" icon={<UserOutlined />} aria-haspopup="menu">
        {user.name}
        <DownOutlined aria-hidden style={{ fontSize: 10 }} />
      </Button>
    </Dropdown>
  );
}
