// Under urgency: an approval is passed by exception, demanded for ratification, judged by a second
// person and kept in the register; a temporary measure stands in the way of closing until it is reversed.
import { DESK, PHONE, axe, launch, ledger, shot, sideways, signIn } from "./lib.mjs";
import { serve } from "./server.mjs";

const PASSWORD = "a long walk on the quay";
const book = ledger();
const house = await serve({ demo: true });
try {
  const links = [...house.server.output.matchAll(/http:\/\/\S+\/set-up\/\S+/g)].map(([link]) => link);
  const karl = await launch();
  await signIn(karl.page, house.base, { link: links[0], password: PASSWORD });
  const marta = await launch();
  await signIn(marta.page, house.base, { link: links[1], password: PASSWORD });
  const reference = await declare(karl.page);
  await passBy(reference, karl.page);
  const path = await demanded(reference, karl.page, marta.page);
  await judged(path, marta.page);
  await measures(reference, karl.page);
  await looked(path, marta.page);
  await karl.close();
  await marta.close();
} catch (error) {
  book.expect("the journey goes on", error.stack);
} finally {
  await house.close();
}
book.finish();

async function declare(page) {
  await page.goto(`${house.base}/declare`);
  await page.fill("input[name=title]", "Transfers stop at the gateway");
  await page.locator("select[name=service]").selectOption({ index: 1 });
  await page.locator("input[name=customers][value=yes]").check({ force: true });
  await page.locator("input[name=mode][value=live]").check({ force: true });
  await page.locator("button[name=act][value=declare]").click();
  await page.waitForURL(/\/incidents\/INC-/);
  return new URL(page.url()).pathname.split("/").pop();
}

/** The first open task is passed: a code and one line (ground rule G3). */
async function passBy(reference, page) {
  await page.goto(`${house.base}/incidents/${reference}`);
  const task = await page.locator(".next a.btn--primary").first().getAttribute("href");
  await page.goto(house.base + task);
  const form = page.locator("form[action$='/exception']");
  await form.evaluate((each) => each.closest("details")?.setAttribute("open", ""));
  await form.locator("select[name=code]").selectOption("EX-URGENT");
  await form.locator("button").click();
  book.expect("without a rationale nothing is passed",
    await form.locator("textarea:invalid").count() === 1 || /PRC-002/.test(await page.content()));
  await form.locator("textarea[name=rationale]").fill("Payments stop in five minutes");
  await form.locator("button").click();
  await page.waitForURL(/\/incidents\//);
  book.expect("the incident says that somebody must ratify it",
    await page.getByText("Somebody must ratify it").count() > 0);
}

/** It stands in the register; its maker cannot judge it, management can. */
async function demanded(reference, maker, judge) {
  for (const page of [maker, judge]) {
    await page.goto(`${house.base}/exceptions`);
    book.expect("the register demands it", await page.getByText("to be ratified").count() > 0);
  }
  await shot(judge, "exceptions-waiting-1280");
  const path = await judge.locator(`a[href^='/incidents/${reference}/exceptions/']`).first().getAttribute("href");
  await maker.goto(house.base + path);
  book.expect("g21: who passed it is offered no judgement",
    await maker.locator("button[name=judgement]").count() === 0);
  return path;
}

async function judged(path, page) {
  await page.goto(house.base + path);
  await page.locator("button[name=judgement][value=refused]").click();
  if (page.url().includes("/sign-in/again")) {
    await page.fill("input[name=password]", PASSWORD);
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.goto(house.base + path);
    await page.locator("button[name=judgement][value=refused]").click();
  }
  book.expect("a refusal wants a reason", /EXC-004/.test(await page.content()));
  await page.fill("textarea[name=comment]", "Right call, the deputy was away");
  await page.locator("button[name=judgement][value=ratified]").click();
  await page.waitForURL(/\/exceptions$/);
  book.expect("nothing waits any more", await page.getByText("Nothing to ratify").count() === 1);
  await page.goto(`${house.base}/exceptions?show=all`);
  book.expect("the register keeps it", await page.getByText("ratified").count() > 0);
}

/** What is switched off for now is reversed before the incident closes (ground rule G8). */
async function measures(reference, page) {
  const incident = `${house.base}/incidents/${reference}`;
  await page.goto(incident);
  const form = page.locator("form[action$='/measures']");
  await form.evaluate((each) => each.closest("details").setAttribute("open", ""));
  await form.locator("textarea[name=text]").fill("Screening runs in batch");
  await form.locator("select[name=kind]").selectOption("check_disabled");
  await form.locator("select[name=owner]").selectOption({ index: 1 });
  const soon = new Date(Date.now() + 48 * 3_600_000).toISOString().slice(0, 19);
  await form.locator("input[name=until_at]").fill(soon);
  await form.locator("button").click();
  await page.waitForURL(/\/incidents\//);
  book.expect("the measure stands on the incident", await page.getByText("check switched off").count() > 0);
  await shot(page, "incident-measures-1280", { full: true });
  await close(page, incident);
  book.expect("g08: it stands in the way of closing", /INC-014/.test(await page.content()));
  await page.goto(incident);
  const end = page.locator("form[action$='/end']").first();
  await end.evaluate((each) => each.closest("details").setAttribute("open", ""));
  await end.locator("button[value=reversed]").click();
  await page.waitForURL(/\/incidents\//);
  await close(page, incident);
  book.expect("then it closes", await page.getByText("The incident is closed").count() > 0);
}

async function close(page, incident) {
  await page.goto(incident);
  const form = page.locator("form[action$='/close']");
  await form.evaluate((each) => each.closest("details").setAttribute("open", ""));
  await form.locator("textarea[name=reason]").fill("A test of the alarm");
  await form.locator("input[name=false_positive]").check();
  await form.locator("button").click();
}

async function looked(path, page) {
  for (const [name, where] of [["exceptions", "/exceptions?show=all"], ["exception", path]]) {
    for (const [size, viewport] of [["1280", DESK], ["390", PHONE]]) {
      await page.setViewportSize(viewport);
      await page.goto(house.base + where);
      book.expect(`axe on ${name} at ${size}`, await axe(page));
      book.expect(`${name} does not scroll sideways at ${size}`, await sideways(page));
      await shot(page, `${name}-${size}`, { full: true });
    }
  }
}
