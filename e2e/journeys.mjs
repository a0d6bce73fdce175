// Five journeys by keyboard alone, as somebody takes them who uses no mouse: the keys that are pressed
// here are all that is used after a page is open.
//   1. sign in, acknowledge a page            2. declare, decide the severity
//   3. complete a task that a second person approves
//   4. add an action, hand command over       5. find evidence, export a pack
import { launch, shot, tabTo } from "./lib.mjs";

const KARL = "karl.brandt@nordhaven.example";
const MARTA = "marta.board@nordhaven.example";
const ADA = "ada.admin@nordhaven.example";

/** Takes the journeys in a house with the sample bank; Karl, Marta and Ada have this password. */
export async function journeys(house, book, password) {
  const seats = await Promise.all([KARL, MARTA, ADA].map(() => launch()));
  const [karl, marta, ada] = seats.map(({ page }) => page);
  const steps = [
    ["1: sign in and acknowledge a page", () => acknowledge(house, karl, password)],
    ["2: declare and decide the severity", () => declare(house, karl)],
    ["3: a task with a second person's approval", () => approve(house, karl, marta, password)],
    ["4: an action, and command handed over", () => handOver(house, karl, ada, password)],
    ["5: find evidence and export a pack", () => evidence(house, karl, password)],
  ];
  for (const [what, walk] of steps) {
    const went = await walk().then(() => true, async (error) => {
      await shot(karl, `journey-${what[0]}-failed`, { full: true });
      return error.message.split("\n").slice(0, 3).join(" ");
    });
    book.expect(`by keyboard alone, ${what}`, went);
  }
  for (const seat of seats) await seat.close();
}

async function signIn(page, house, email, password) {
  await page.goto(`${house.base}/sign-in`);
  await tabTo(page, "input[name=email]");
  await page.keyboard.type(email);
  await tabTo(page, "input[name=password]");
  await page.keyboard.type(password);
  await enter(page, "nav.rail");
}

/** Presses Enter and waits for what comes. */
async function enter(page, selector) {
  await page.keyboard.press("Enter");
  await page.waitForSelector(selector, { timeout: 15_000 });
}

/** Presses Enter on a link or button with this text, found by Tab. */
async function follow(page, text, then) {
  await tabTo(page, "a, button, summary", text);
  await page.keyboard.press("Enter");
  if (then) await page.waitForURL(then, { timeout: 15_000 });
}

async function confirm(page, password) {
  if (!page.url().includes("/sign-in/again")) return false;
  await tabTo(page, "input[name=password]");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"), { timeout: 15_000 });
  return true;
}

async function acknowledge(house, page, password) {
  const key = await house.command(
    "admin", "integration", "add", "--source", "alertmanager", "--name", "keyboard");
  const alert = {
    version: "4", status: "firing", receiver: "w", groupKey: "k", groupLabels: {}, commonLabels: {},
    commonAnnotations: {}, externalURL: "", truncatedAlerts: 0,
    alerts: [{
      status: "firing", labels: { alertname: "CardsDown", service: "cards", severity: "critical" },
      annotations: { summary: "Cards are declined at the keyboard" },
      startsAt: new Date().toISOString(), endsAt: "0001-01-01T00:00:00Z",
    }],
  };
  const sent = await fetch(`${house.base}/in/alertmanager/${key.split(/\s+/).pop()}`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(alert),
  });
  if (!sent.ok) throw new Error(`the alert was answered ${sent.status}`);
  await signIn(page, house, KARL, password);
  await follow(page, "^Alerts", "**/alerts");
  await follow(page, "declined at the keyboard", "**/alerts/alr_*");
  await follow(page, "I am on it");
  await page.getByText("The ladder holds for now").waitFor({ timeout: 15_000 });
}

async function declare(house, page) {
  await follow(page, "^Now", `${house.base}/`);
  await follow(page, "Declare incident", "**/declare");
  await tabTo(page, "input[name=title]");
  await page.keyboard.type("Statements are late");
  await tabTo(page, "input[name=customers]");
  await page.keyboard.press("ArrowRight");
  await tabTo(page, "button[name=act][value=declare]");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/incidents\/INC-/, { timeout: 15_000 });
  await page.keyboard.press("d");
  await page.waitForURL(/\/severity$/, { timeout: 15_000 });
  const groups = await page.locator("input[type=radio][name^='answer.']").evaluateAll(
    (all) => [...new Set(all.map((each) => each.name))]);
  for (const name of groups) {
    await tabTo(page, `input[name="${name}"]`);
    await page.keyboard.press("Space");
  }
  await tabTo(page, "textarea[name=rationale]");
  await page.keyboard.type("Nobody is hurt by it");
  await tabTo(page, "button[name=act][value=decide]");
  await page.keyboard.press("Enter");
  await page.getByText(/Severity S\d is decided/).waitFor({ timeout: 15_000 });
}

/** The sample's own incident waits for two persons to approve the failover. */
async function approve(house, karl, marta, password) {
  await follow(karl, "^My work", "**/tasks");
  await follow(karl, "Approvals", /kind=approval/);
  const task = await wantsTwo(karl);
  await answer(karl, task, password);
  await signIn(marta, house, MARTA, password);
  await follow(marta, "^My work", "**/tasks");
  await tabTo(marta, `a[href="${task}"]`);
  await marta.keyboard.press("Enter");
  await marta.waitForURL((url) => url.pathname !== "/tasks", { timeout: 15_000 });
  await confirm(marta, password);
  await follow(marta, "Approve exactly this");
  await marta.getByText("The task is done").waitFor({ timeout: 15_000 });
}

/** The address of the first task that two persons approve. */
async function wantsTwo(page) {
  const link = page.locator("a:has-text('failover'), a:has-text('Failover')").first();
  return link.getAttribute("href", { timeout: 15_000 });
}

async function answer(page, task, password) {
  await tabTo(page, `a[href="${task}"]`);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname !== "/tasks", { timeout: 15_000 });
  await confirm(page, password);
  const groups = await page.locator("input[type=radio][name^='field.']").evaluateAll(
    (all) => [...new Set(all.map((each) => each.name))]);
  for (const name of groups) {
    await tabTo(page, `input[name="${name}"]`);
    await page.keyboard.press("Space");
  }
  for (const name of await page.locator("textarea[name^='field.']").evaluateAll(
    (all) => all.map((each) => each.name))) {
    await tabTo(page, `textarea[name="${name}"]`);
    await page.keyboard.type("as agreed on the bridge");
  }
  await follow(page, "Complete the task");
  await page.getByText("Another person must approve").waitFor({ timeout: 15_000 });
}

async function handOver(house, karl, ada, password) {
  await karl.keyboard.press("n");
  await karl.keyboard.type("Switched the statements to the other site");
  await tabTo(karl, "input[name=kind]");
  await karl.keyboard.press("ArrowRight");
  await follow(karl, "Add to the log");
  await karl.getByText("Switched the statements to the other site").first().waitFor();
  await karl.keyboard.press("r");
  await tabTo(karl, "select[name=to]");
  await karl.keyboard.type("Ada");
  await follow(karl, "Offer command");
  await karl.getByText("Command is offered to").waitFor({ timeout: 15_000 });
  await signIn(ada, house, ADA, password);
  await follow(ada, "^My work", "**/tasks");
  await follow(ada, "Accept command", /\/incidents\/INC-/);
  await follow(ada, "Accept command");
  await ada.getByText("Commander").first().waitFor({ timeout: 15_000 });
  const commander = await ada.locator(".inc__line").innerText();
  if (!commander.includes("Ada Admin")) throw new Error(`in command: ${commander}`);
}

/** Finds by Ctrl-K and opens the first that fits. */
async function find(page, words, then) {
  await page.keyboard.press("Control+k");
  await page.waitForSelector("dialog[open] input[name=q]");
  await page.keyboard.type(words);
  await page.waitForSelector("dialog[open] .hits a", { timeout: 15_000 });
  await page.keyboard.press("Enter");
  await page.waitForURL(then, { timeout: 15_000 });
}

async function evidence(house, page, password) {
  await find(page, "core ledger", /\/incidents\/INC-/);
  await follow(page, "Open the whole log", /\/log\?about=/);
  await follow(page, "^№ [0-9]", /\/log\/entries\/\d+/);
  await page.getByText("included and unaltered").waitFor({ timeout: 15_000 });
  await find(page, "core ledger", /\/incidents\/INC-/);
  const exported = page.waitForEvent("download", { timeout: 45_000 });
  await follow(page, "Export a pack");
  const again = page.waitForURL(/\/sign-in\/again/, { timeout: 15_000 }).then(() => true, () => false);
  if (await Promise.race([again, exported.then(() => false)])) {
    await confirm(page, password);
    await page.waitForLoadState();
    await follow(page, "Export a pack");
  }
  const pack = await exported;
  if (!pack.suggestedFilename().endsWith(".zip")) throw new Error(pack.suggestedFilename());
}
