/** How everything looks. Colours of text reach a contrast of 4.5 to 1 on white and on the page's grey. */
import type { ThemeConfig } from "antd";

export const FONTS = [
  "system-ui",
  "-apple-system",
  '"Segoe UI"',
  '"PingFang SC"',
  '"Microsoft YaHei"',
  '"Noto Sans CJK SC"',
  '"Source Han Sans SC"',
  '"WenQuanYi Micro Hei"',
  "sans-serif",
].join(", ");

export const theme: ThemeConfig = {
  token: {
    fontFamily: FONTS,
    colorPrimary: "#1450a3",
    colorInfo: "#1450a3",
    colorLink: "#1450a3",
    colorSuccess: "#1c7430",
    colorWarning: "#8f5500",
    // What is derived from so dark a colour is mud.
    colorWarningBg: "#fff6e0",
    colorWarningBorder: "#e0b45c",
    colorError: "#b91c1c",
    colorText: "#1d2430",
    colorTextSecondary: "#4a5361",
    colorTextTertiary: "#596270",
    colorTextQuaternary: "#626b79",
    colorTextPlaceholder: "#626b79",
    colorTextDescription: "#4a5361",
    colorBgLayout: "#f3f5f8",
    colorBorder: "#c3cad4",
    colorBorderSecondary: "#e1e5eb",
    // Grounds of notices: light enough for any text.
    colorInfoBg: "#eaf2fd",
    colorErrorBg: "#fdeeee",
    colorSuccessBg: "#ebf7ee",
    borderRadius: 6,
    // A button at work keeps its contrast; the turning sign says enough.
    opacityLoading: 1,
    // Motion says nothing here and makes people wait.
    motion: false,
  },
  components: {
    Layout: { headerBg: "#ffffff", siderBg: "#ffffff", headerPadding: "0 20px", headerHeight: 56 },
    Menu: { itemSelectedBg: "#e3edfb", itemSelectedColor: "#0f3f82", itemHeight: 38, iconSize: 16 },
    Table: {
      headerBg: "#f7f8fa",
      rowHoverBg: "#f2f6fc",
      rowSelectedBg: "#eaf2fd",
      rowSelectedHoverBg: "#e3edfb",
      cellPaddingBlock: 10,
    },
    Button: { primaryShadow: "none", defaultShadow: "none", dangerShadow: "none" },
  },
};
