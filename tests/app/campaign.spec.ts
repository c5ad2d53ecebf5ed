/** A canvass campaign: the office asks, the phone asks at the door, and the office reads the answers. */
import { writeFile } from "node:fs/promises";
import {
  expect,
  goOffline,
  goOnline,
  heading,
  openHousehold,
  personIn,
  say,
  synced,
  test,
} from "./src/story.ts";
import { judge } from "./src/judge.ts";
import type { Relay } from "../console/src/relay.ts";

const NAME = "冬季燃气安全排查";

const QUESTIONS = [
  {
    id: "gas",
    zh: "家里用什么气?",
    en: "Which gas is used?",
    kind: "choice",
    required: true,
    options: [
      { id: "piped", zh: "管道气", en: "Piped" },
      { id: "bottle", zh: "瓶装气", en: "Bottled" },
      { id: "none", zh: "不用气", en: "None" },
    ],
  },
  { id: "alarm", zh: "装了燃气报警器吗?", en: "Is there a gas alarm?", kind: "yes_no", required: true },
  {
    id: "risks",
    zh: "看到哪些隐患?",
    en: "Which risks were seen?",
    kind: "several",
    options: [
      { id: "hose", zh: "软管老化", en: "Worn hose" },
      { id: "vent", zh: "通风不好", en: "Poor ventilation" },
      { id: "valve", zh: "阀门松动", en: "Loose valve" },
    ],
  },
  { id: "bottles", zh: "存放几瓶气?", en: "Bottles kept", kind: "number", min: 0, max: 20, unit: "瓶" },
  { id: "other", zh: "其他情况", en: "Anything else", kind: "text" },
];

async function open(relay: Relay) {
  const file = relay.file("题目.json");
  await writeFile(file, JSON.stringify(QUESTIONS));
  await relay.office("campaign", "open", NAME, "--questions", file, "--reason", "入冬前查一遍用气安全");
}

test("a campaign's questions are asked at the door and answered without a network", async ({ field }) => {
  const { page, relay } = field;
  // Nothing is asked, and nothing is to be chosen, while there is no campaign.
  const chooser = page.getByRole("group", { name: say("正在做", "Doing now") });
  await expect(chooser).toHaveCount(0);
  await open(relay);
  const campaign = chooser.getByRole("button", { name: NAME });
  await campaign.click();
  await expect(campaign).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByText("入冬前查一遍用气安全")).toBeVisible();
  await judge(page, "70-campaign-today");
  await synced(page);
  await goOffline(field);

  await openHousehold(page, personIn("101"));
  await page.getByRole("link", { name: say("记录走访", "Record a visit") }).click();
  const gas = page.getByRole("group", { name: say(/家里用什么气/, /Which gas/) });
  await expect(gas).toHaveCount(0);
  await page.getByRole("button", { name: say("已走访", "Visited"), exact: true }).click();
  await judge(page, "71-campaign-visit");
  const save = page.getByRole("button", { name: say("保存", "Save"), exact: true });
  await save.click();
  // What is missing is said in a sentence, and nothing is lost.
  await expect(page.getByRole("alert")).toContainText(say("家里用什么气", "Which gas"));
  await expect(page.getByRole("alert")).toBeInViewport();
  await gas.getByRole("button", { name: say("瓶装气", "Bottled") }).click();
  await page
    .getByRole("group", { name: say(/报警器/, /alarm/) })
    .getByRole("button", { name: say("否", "No"), exact: true })
    .click();
  await page.getByRole("button", { name: say("软管老化", "Worn hose") }).click();
  await page.getByRole("button", { name: say("通风不好", "Poor ventilation") }).click();
  const bottles = page.getByLabel(say(/存放几瓶气/, /Bottles kept/));
  await bottles.fill("99");
  await save.click();
  await expect(page.getByRole("alert")).toContainText(say("0 到 20", "0 to 20"));
  await bottles.scrollIntoViewIfNeeded();
  await judge(page, "72-campaign-refused");
  await bottles.fill("2");
  // Kept on every keystroke, like everything else of the form.
  await page.reload();
  await expect(bottles).toHaveValue("2");
  await expect(gas.getByRole("button", { pressed: true })).toHaveText(say("瓶装气", "Bottled"));
  await gas.scrollIntoViewIfNeeded();
  await judge(page, "73-campaign-answered");
  await save.click();
  await expect(heading(page, say("已保存", "Saved"))).toBeVisible();
  await page.getByRole("link", { name: say("回到今日列表", "Back to the list") }).click();
  await page.getByRole("searchbox").fill("");
  // The list, the numbers and the chart count the campaign.
  await expect(page.getByText(say(/已走访 1 \/ 6 户/, /1 of 6/)).first()).toBeVisible();
  await judge(page, "74-campaign-counted");
  await chooser.getByRole("button", { name: say("日常走访", "Routine visits") }).click();
  await expect(page.getByText(say(/已走访 0 \/ 6 户/, /0 of 6/)).first()).toBeVisible();

  await goOnline(field);
  await synced(page);
  const [home] = await relay.office("households", "--search", personIn("101"));
  const { visits } = await relay.officeOne("household", String(home?.id));
  expect(visits).toMatchObject([
    {
      period: NAME,
      form: 1,
      answers: { gas: "bottle", alarm: "no", risks: "hose,vent", bottles: "2" },
      asked: [
        { question: { zh: "家里用什么气?" }, answer: { zh: "瓶装气", en: "Bottled" } },
        { answer: { zh: "否", en: "no" } },
        { answer: { zh: "软管老化、通风不好" } },
        { answer: { zh: "2瓶" } },
      ],
    },
  ]);
});

test("a campaign that the office closes is gone from the phone", async ({ field }) => {
  const { page, relay } = field;
  await open(relay);
  const chooser = page.getByRole("group", { name: say("正在做", "Doing now") });
  await chooser.getByRole("button", { name: NAME }).click();
  await relay.office("campaign", "close", NAME);
  await expect(chooser).toHaveCount(0);
  await expect(page.getByText(NAME)).toHaveCount(0);
  await openHousehold(page, personIn("102"));
  await page.getByRole("link", { name: say("记录走访", "Record a visit") }).click();
  await page.getByRole("button", { name: say("已走访", "Visited"), exact: true }).click();
  await expect(page.getByText(say("家里用什么气?", "Which gas is used?"))).toHaveCount(0);
  await page.getByRole("button", { name: say("保存", "Save"), exact: true }).click();
  await expect(heading(page, say("已保存", "Saved"))).toBeVisible();
});
