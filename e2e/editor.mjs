// Models of ten tools in the editor: each is opened, one name is changed, it is saved as a draft, and
// the bytes that the server kept are compared with the original: every foreign element, extension and
// shape is still there. What was only opened and saved is kept byte for byte. Then a draft of the shipped
// process goes from writing to publication with two people, and a new incident runs on it until a step is
// held for a record that the new version wants, and passed by exception.
// The models lie where WATCHKEEPER_SHARED says, or in a folder: `node e2e/editor.mjs FOLDER`.
import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { missing } from "./bpmn.mjs";
import { DESK, PHONE, axe, launch, ledger, shot, sideways, signIn } from "./lib.mjs";
import { serve } from "./server.mjs";

const TOOLS = 10;
const PASSWORD = "a long walk on the quay";
const [folder = join(process.env.WATCHKEEPER_SHARED ?? "", "process/models/miwg-vendor")] = process.argv.slice(2);
const book = ledger();
const house = await serve({ demo: true });
try {
  const links = [...house.server.output.matchAll(/http:\/\/\S+\/set-up\/\S+/g)].map(([link]) => link);
  const karl = await launch();
  await signIn(karl.page, house.base, { link: links[0], password: PASSWORD });
  const marta = await launch();
  await signIn(marta.page, house.base, { link: links[1], password: PASSWORD });
  if (existsSync(folder)) await tools(karl.page);
  else console.log("not run: the models of other tools are not here (WATCHKEEPER_SHARED)");
  const incident = await journey(karl.page, marta.page);
  await held(karl.page, incident);
  await look(karl.page, incident);
  await passed(karl.page, incident);
  await karl.close();
  await marta.close();
} catch (error) {
  book.expect("the journey goes on", error.stack);
} finally {
  await house.close();
}
book.finish();

/** One model of each tool, as far as the editor can keep it; of the others it says what it cannot. */
async function tools(page) {
  let seen = 0;
  for (const tool of (await readdir(folder)).sort()) {
    if (seen === TOOLS) break;
    const files = (await readdir(join(folder, tool))).filter((file) => file.endsWith(".bpmn")).sort();
    const file = files.find((name) => name.startsWith("C.")) ?? files.at(-1);
    const before = file ? await readFile(join(folder, tool, file), "utf8") : "";
    if (!before || !await opened(page, before)) continue;
    const id = await renamed(page);
    if (!id) continue;
    seen += 1;
    const after = await saved(page, `tool-${seen}`);
    book.expect(`${tool} is changed`, after.includes("Changed in the editor"));
    book.expect(`${tool} keeps what it said`, (await page.evaluate(missing, [before, after, id])).slice(0, 5));
  }
  book.expect("models of ten tools were opened", seen === TOOLS);
}

async function opened(page, text) {
  await page.goto(`${house.base}/processes/new`);
  await page.waitForSelector("[data-state=ready]");
  await page.evaluate((xml) => {
    const editor = document.querySelector("wk-bpmn-editor");
    delete editor.dataset.state;
    editor.text.value = xml;
    editor.text.dispatchEvent(new Event("change"));
  }, text);
  const state = await page.waitForSelector("[data-state]");
  return await state.getAttribute("data-state") === "ready";
}

/** Changes the name of the first task through the panel; its id. An event's label would move with its name. */
async function renamed(page) {
  const id = await page.evaluate(() => {
    const { modeler } = document.querySelector("wk-bpmn-editor");
    const task = modeler.get("elementRegistry").find(({ type }) => /Task$/.test(type));
    if (task) modeler.get("selection").select(task);
    return task?.id;
  });
  if (!id) return null;
  await page.fill("#property-name", "Changed in the editor");
  await page.locator("#property-name").blur();
  await page.waitForSelector("[data-written]");
  return id;
}

/** Saves the draft and answers the bytes that the server kept. */
async function saved(page, name) {
  if (name) await page.fill("input[name=name]", name);
  await page.fill("textarea[name=rationale]", "Seen through the editor.");
  await page.click("button:has-text('Save and check')");
  await page.waitForURL(/\/drafts\/process\//);
  return kept(page, `${new URL(page.url()).pathname}/bytes`);
}

/** A document as the server kept it. */
function kept(page, path) {
  return page.evaluate(async (path) => (await fetch(path)).text(), path);
}

/** What nobody changed is the same byte for byte: a version is no draft then, and a draft stays what it was. */
async function untouched(page) {
  await page.goto(`${house.base}/processes/communication/edit`);
  await page.waitForSelector("[data-state=ready]");
  await page.fill("textarea[name=rationale]", "Only looked at.");
  await page.click("button:has-text('Save and check')");
  await page.getByText("says the same as the version it begins from").first().waitFor();
  await page.goto(`${house.base}/processes/major-incident/edit?draft=1`);
  await page.waitForSelector("[data-state=ready]");
  const before = await kept(page, "/drafts/process/major-incident/1/bytes");
  const after = await saved(page);
  book.expect("what was not changed is kept byte for byte", after.length > 0 && after === before);
}

/** Written by one, reviewed and approved by another, published, and a new incident runs on it. */
async function journey(karl, marta) {
  await karl.goto(`${house.base}/processes/major-incident/edit`);
  await karl.waitForSelector("[data-state=ready]");
  await shot(karl, "process-edit");
  const id = await renamed(karl);
  await wants(karl, "confirmation", "isolated_hosts");
  const after = await saved(karl);
  const before = await kept(karl, "/documents/process/major-incident/1/bytes");
  book.expect("the draft is the first", karl.url().endsWith("/drafts/process/major-incident/1"));
  await untouched(karl);
  book.expect("the shipped process keeps what it said",
    (await karl.evaluate(missing, [before, after, id])).slice(0, 5));
  book.expect("the checks have nothing against it", await karl.getByText("It can run as it is").count() === 1);
  book.expect("the change is told", await karl.getByText("Changed in the editor").count() > 0);
  await karl.click("button:has-text('Submit for review')");
  book.expect("the author does not review", await karl.getByText("another person reviews it").count() === 1);
  await marta.goto(karl.url());
  await marta.click("button:has-text('Accept for approval')");
  await marta.click("button:has-text('Approve exactly this')");
  await shot(marta, "draft-approved", { full: true });
  await karl.reload();
  await karl.click("button:has-text('Publish as version 2')");
  const published = karl.getByText("Published.").first().waitFor().then(() => true, (error) => error.message);
  book.expect("it is published", await published);
  await karl.goto(`${house.base}/declare`);
  await karl.fill("[name=title]", "A new incident on the new version");
  await karl.click("main form button.btn--primary");
  await karl.waitForURL(/\/incidents\/INC/);
  const incident = karl.url().split("?")[0];
  await karl.goto(`${incident}/process`);
  book.expect("a new incident runs on version 2", await karl.getByText("version 2").count() > 0);
  await shot(karl, "case");
  return new URL(incident).pathname;
}

/** One more record is wanted of a step, by the panel. */
async function wants(page, id, name) {
  await page.evaluate((id) => {
    const { modeler } = document.querySelector("wk-bpmn-editor");
    modeler.get("selection").select(modeler.get("elementRegistry").get(id));
  }, id);
  const evidence = page.locator("#property-evidence");
  await evidence.fill(`${await evidence.inputValue()}\n${name}`);
  await evidence.blur();
}

/** The first step is done, and held for the record that the new version wants. */
async function held(page, incident) {
  await page.goto(`${house.base}${incident.replace("/incidents/", "/tasks/")}/1`);
  await page.locator("[name='field.verdict'][value=confirmed]").check({ force: true });
  await page.getByRole("button", { name: "Complete the task" }).click();
  await page.waitForURL(/\/incidents\//);
  book.expect("the incident says that more is wanted", await page.locator("#asks").count() === 1);
  await page.getByRole("link", { name: "See what it needs" }).click();
  book.expect("the held step says what is missing",
    await page.locator("#held code", { hasText: "isolated_hosts" }).count() === 1);
}

/** It is passed by exception, in the same shape as a task is. */
async function passed(page, incident) {
  await page.goto(`${house.base}${incident}/process`);
  await page.locator("#held summary").click();
  await page.selectOption("#held select[name=code]", "EX-URGENT");
  await page.fill("#held textarea[name=rationale]", "Nobody has counted them yet");
  await page.locator("#held button").click();
  await page.waitForURL(/\/process$/);
  book.expect("the case goes on past it", await page.locator("#held").count() === 0);
  book.expect("and somebody must ratify it", await page.getByText("Somebody must ratify it").count() > 0);
}

/** Every page of processes through axe, at both sizes and in both schemes. */
async function look(page, incident) {
  const paths = [`${incident}/process`, "/processes", "/processes/major-incident", "/processes/major-incident/text",
    "/processes/major-incident/insights", "/processes/major-incident/versions", "/processes/major-incident/edit",
    "/drafts/process/major-incident/1"];
  for (const [scheme, size] of [["light", DESK], ["light", PHONE], ["dark", DESK], ["dark", PHONE]]) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize(size);
    for (const path of paths) {
      await page.goto(house.base + path);
      await page.waitForLoadState("networkidle");
      const name = path === paths[0] ? "case-held" : path.slice(1).replaceAll("/", "-");
      await shot(page, `${name}-${scheme}-${size.width}`);
      book.expect(`${path} ${scheme} ${size.width}: axe`, await axe(page));
      book.expect(`${path} ${scheme} ${size.width}: no scrolling sideways`, await sideways(page));
    }
  }
}
