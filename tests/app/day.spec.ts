/**
 * The scripted day through the screens: the same as for `linli-phone`, Kotlin, Swift and Python, with the same
 * documents at its end.
 */
import { test as base, type BrowserContext, type Page } from "@playwright/test";
import { readFile } from "node:fs/promises";
import { Cable } from "./src/cable.ts";
import { liveTheDay, type Step } from "./src/day.ts";
import { badge, begin, expect, goOffline, goOnline, heading, synced } from "./src/story.ts";

/** A hundred steps at the pace of a browser. */
const DAY_MS = 600_000;
/** Longer than a screen takes to go. */
const GOING_MS = 2_000;

const OUTCOMES: Record<string, string> = {
  done: "已走访",
  no_answer: "无人应答",
  moved: "已搬走",
  refused: "拒访",
  revisit: "需再访",
};
const CATEGORIES: Record<string, string> = { property: "物业", sanitation: "卫生", security: "治安" };
const FIELDS: Record<string, string> = { contact_phone: "联系电话", note: "备注" };

base(
  "the scripted day through the screens ends with the same documents as in every other language",
  async ({ context }) => {
    base.setTimeout(DAY_MS);
    const phone = new ScreenPhone(context);
    try {
      await liveTheDay((step) => phone.carryOut(step));
    } finally {
      await phone.end();
    }
  },
);

/** A worker who does at the screens what the script says. */
class ScreenPhone {
  #page: Page | undefined;
  #cable: Cable | undefined;

  constructor(readonly context: BrowserContext) {}

  get page(): Page {
    if (!this.#page) throw new Error("the phone is not registered yet");
    return this.#page;
  }

  get scene() {
    if (!this.#cable) throw new Error("the phone is not registered yet");
    return { cable: this.#cable, context: this.context };
  }

  async end() {
    await this.#cable?.end();
  }

  async carryOut(step: Step): Promise<object> {
    switch (step.do) {
      case "enrol":
        return this.enrol(step);
      case "offline":
        await goOffline(this.scene);
        return {};
      case "online":
        await goOnline(this.scene);
        return {};
      case "kill":
        return this.kill();
      case "sync":
        return this.sync();
      case "unsent":
        return this.unsent();
      case "export":
        return this.export(step);
      case "import":
        return this.import(step);
      case "notices":
        return this.notices();
      case "digests":
        return { digests: await this.page.evaluate(digests) };
      case "add_household":
        return this.addHousehold(step);
      case "issue":
        return this.issue(step);
      default:
        await this.openHousehold(step);
        return this.atTheDoor(step);
    }
  }

  private async enrol({ url, code }: Step) {
    this.#cable = await Cable.to(String(url));
    this.#page = await this.context.newPage();
    await this.page.goto(`${this.#cable.url}/app/`);
    await this.tap("输入登记码");
    await this.type("登记码", String(code));
    await this.tap("登记");
    await expect(heading(this.page, "登记好了")).toBeVisible();
    await this.tap("下一步");
    await this.tap("以后再设");
    await begin({ page: this.page });
    return {};
  }

  /** The process that shows the page is gone from one moment to the next; then somebody opens the app again. */
  private async kill() {
    const address = this.page.url();
    const gone = this.page.waitForEvent("crash");
    const browser = await this.context.newCDPSession(this.page);
    void browser.send("Page.crash").catch(() => undefined);
    await gone;
    await this.page.close();
    this.#page = await this.context.newPage();
    await this.page.goto(address);
    await expect(badge(this.page)).toBeVisible();
    return {};
  }

  private async sync() {
    await this.openSync();
    await this.tap("现在同步");
    await expect(this.page.getByText(/^同步好了/)).toBeVisible();
    await synced(this.page);
    return { caught_up: true };
  }

  private async unsent() {
    await expect(badge(this.page)).toHaveText(/· \d+/);
    const said = await badge(this.page).innerText();
    return { unsent: Number(/· (\d+)/.exec(said)?.[1]) };
  }

  private async export({ file }: Step) {
    await this.openSync();
    const [saved] = await Promise.all([this.page.waitForEvent("download"), this.tap("导出未上传的记录")]);
    await saved.saveAs(String(file));
    const told = await this.page.getByText(/^已导出 \d+ 条/).innerText();
    return { records: Number(/\d+/.exec(told)?.[0]) };
  }

  private async import({ file }: Step) {
    await this.openSync();
    await this.page.locator("input[type=file]").setInputFiles({
      name: "unsent.linli",
      mimeType: "application/octet-stream",
      buffer: await readFile(String(file)),
    });
    await expect(this.page.getByText(/^已收下同事的/)).toBeVisible();
    return {};
  }

  private async notices() {
    await this.openTab(/^消息/);
    await this.page.getByRole("button", { name: /^合并结果/ }).click();
    const cards = this.page.getByRole("article");
    await expect(cards.first()).toBeVisible();
    const read = async (card: ReturnType<Page["locator"]>) => ({
      kept: await card.locator("strong").innerText(),
      mine: await card.locator("s").innerText(),
      reason: (await card.getByText(/^原因:/).innerText()).replace("原因:", ""),
    });
    return { notices: await Promise.all((await cards.all()).map(read)) };
  }

  private async addHousehold(step: Step) {
    await this.openTab("今日");
    await this.page.getByRole("link", { name: "新增一户" }).click();
    await this.type("地址", step.address);
    await this.type("联系电话", step.contact_phone);
    await this.type("备注", step.note);
    await this.page.getByRole("button", { name: /^(保存|确实不同,仍然新增)$/ }).click();
    await expect(this.page.getByRole("link", { name: "记录走访" })).toBeVisible();
    return { id: this.page.url().split("/").at(-1) };
  }

  private async issue(step: Step) {
    if (step.door === undefined) {
      await this.openTab("问题");
      await this.page.getByRole("link", { name: "上报问题" }).click();
    } else {
      await this.openHousehold(step);
      await this.page.getByRole("link", { name: "上报这里的问题" }).click();
    }
    await this.tap(CATEGORIES[String(step.category)] ?? "");
    await this.type("在哪里", step.place);
    await this.type("什么问题", step.text);
    await this.tap("保存");
    await expect(this.page.getByLabel("什么问题", { exact: true })).toBeHidden();
    await expect(this.page.getByText(String(step.text))).toBeVisible();
    return {};
  }

  private async atTheDoor(step: Step): Promise<object> {
    const saved = this.page.getByRole("link", { name: "记录走访" });
    switch (step.do) {
      case "visit":
        await this.visit(step);
        return {};
      case "edit":
        await this.edit(step);
        return {};
      case "add_resident":
        await this.page.getByRole("link", { name: "新增居民" }).click();
        await this.type("姓名", step.name);
        if (step.relation !== undefined) await this.tap(String(step.relation));
        await this.tap(step.gender === "female" ? "女" : "男");
        await this.type("出生日期", step.birth);
        if (step.phone !== undefined) await this.type("电话", step.phone);
        await this.tap("保存");
        await expect(saved).toBeVisible();
        return {};
      case "edit_resident":
        await this.page
          .locator(`main a[href$="/${String(step.resident)}"]`)
          .first()
          .click();
        await this.type("电话", step.typed);
        await this.tap("保存");
        await expect(saved).toBeVisible();
        return {};
      default:
        throw new Error(`nobody knows how to ${step.do}`);
    }
  }

  private async visit(step: Step) {
    await this.page.getByRole("link", { name: "记录走访" }).click();
    await this.tap(OUTCOMES[String(step.outcome)] ?? "");
    if (step.at_home !== undefined) await this.tap(String(step.at_home));
    for (const need of (step.needs ?? []) as string[]) await this.tap(need);
    if (step.note !== undefined) await this.type("备注", step.note);
    await this.tap("保存");
    await expect(heading(this.page, "已保存")).toBeVisible();
  }

  private async edit({ field, typed }: Step) {
    const dialog = this.page.getByRole("dialog");
    if (field === "tags") {
      await this.page.getByRole("button", { name: /^标签/ }).click();
      const tag = dialog.getByRole("button", { name: String(typed).slice(1), exact: true });
      await tag.click();
      await expect(tag).toHaveAttribute("aria-pressed", String(typed).startsWith("+") ? "true" : "false");
      await dialog.getByRole("button", { name: "关闭" }).click();
    } else {
      const label = FIELDS[String(field)] ?? "";
      await this.page.getByRole("button", { name: new RegExp(`^${label}`) }).click();
      await dialog.getByRole("textbox").fill(String(typed));
      await dialog.getByRole("button", { name: "保存", exact: true }).click();
    }
    await expect(dialog).toBeHidden();
  }

  private async openHousehold({ search, household }: Step) {
    await this.openTab("今日");
    await this.page.getByRole("searchbox").fill(String(search));
    await this.page
      .locator(`main a[href$="/household/${String(household)}"]`)
      .first()
      .click();
    await expect(this.page.getByRole("link", { name: "记录走访" })).toBeVisible();
  }

  private async openSync() {
    await this.openTab("我的");
    await this.page.getByRole("link", { name: /同步与未上传/ }).click();
    await expect(this.page.getByRole("button", { name: "现在同步" })).toBeVisible();
  }

  /** One of the four places that the lowest row leads to; from deeper ones it is some steps back. */
  private async openTab(name: string | RegExp) {
    const tab = this.page.getByRole("navigation").getByRole("link", { name, exact: true });
    const back = this.page.getByRole("button", { name: "返回" });
    const list = this.page.getByRole("link", { name: "回到今日列表" });
    const out = tab.or(list).or(back).first();
    for (;;) {
      await expect(out).toBeVisible();
      if (await tab.isVisible()) break;
      const way = (await list.isVisible()) ? list : back;
      // A screen that is just going has its way out for a moment longer.
      await way.click({ timeout: GOING_MS }).catch(() => undefined);
    }
    await tab.click();
  }

  private async tap(name: string) {
    await this.page.getByRole("button", { name, exact: true }).click();
  }

  private async type(label: string, text: unknown) {
    await this.page.getByLabel(label, { exact: true }).fill(String(text));
  }
}

/** Asks the engine as another tab of the app would: what a phone holds is shown nowhere. */
function digests(): Promise<unknown> {
  const channel = new BroadcastChannel("linli-phone");
  const id = crypto.randomUUID();
  return new Promise((settle, refuse) => {
    channel.onmessage = ({ data }: MessageEvent<{ kind: string; id: string; result?: unknown }>) => {
      if (data.kind !== "answer" || data.id !== id) return;
      channel.close();
      if (data.result === undefined) refuse(new Error(JSON.stringify(data)));
      else settle(data.result);
    };
    channel.postMessage({ kind: "ask", id, method: "digests", args: {} });
  });
}
