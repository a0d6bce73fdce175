// The journey of the first hour, in a real browser against the real binary: sign in by the printed
// link, see the replayed incident, declare one, answer a page out of a mail, walk all five phases with
// a second person, export, verify. Then every page there is through axe, at both sizes and in both
// schemes, with pictures kept in target/shots; and five journeys by keyboard alone (journeys.mjs).
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { DESK, PHONE, ROOT, axe, launch, ledger, shot, sideways, signIn } from "./lib.mjs";
import { cookieOf, discover, forms } from "./discover.mjs";
import { follow } from "./follower.mjs";
import { furnish } from "./furnish.mjs";
import { journeys } from "./journeys.mjs";
import { BIN, serve, until } from "./server.mjs";

const run = promisify(execFile);
const PASSWORD = "a long walk on the quay";
// A second version leads there: migrate.mjs publishes one and looks at both, in both sizes and schemes.
const LOOKED_AT_BY_MIGRATE = ["/processes/{document}/move", "/moves/{id}"];
const book = ledger();
const house = await serve({ demo: true });
try {
  const links = linksOf(house.server.output);
  book.expect("the start prints links to sign in", links.length >= 2);
  const karl = await launch();
  await signIn(karl.page, house.base, { link: links[0], password: PASSWORD });
  book.expect("the replayed incident is on the first page",
    await karl.page.getByText("core ledger gateway times out").count() > 0);
  const marta = await launch();
  await signIn(marta.page, house.base, { link: links[1], password: PASSWORD });

  const ada = await launch();
  await signIn(ada.page, house.base, { link: links[2], password: PASSWORD });

  const reference = await declare(karl.page);
  await answerByMail();
  await walk(reference, karl.page, marta.page);
  await approveSeverity(reference, marta.page);
  await phases(reference, karl.page);
  await evidence(reference, karl.page);
  await wrongInput(karl.page);
  await furnish(house);
  await everyPage(reference, karl.context, ada.context);
  const all = [["karl", karl.complaints], ["marta", marta.complaints], ["ada", ada.complaints]];
  for (const [who, complaints] of all) {
    book.expect(`the browser of ${who} has nothing to complain about`, real(complaints));
  }
  await karl.close();
  await marta.close();
  await ada.close();
  await journeys(house, book, PASSWORD);
  await withoutScript(reference);
  await picture();
  await stranger();
} catch (error) {
  // A journey that cannot go on is a finding beside those before it.
  book.expect("the journey goes on", error.stack);
} finally {
  await house.close();
}
book.finish();

/** The one-time links that the start prints. */
function linksOf(output) {
  return [...output.matchAll(/http:\/\/\S+\/set-up\/\S+/g)].map(([link]) => link);
}

/** Refused posts answer 4xx on purpose; anything else is a complaint. */
function real(complaints) {
  return complaints.filter((line) => !/status of 4(03|04|09|22)/.test(line));
}

async function declare(page) {
  await page.goto(`${house.base}/declare`);
  await page.fill("input[name=title]", "Card payments declined at terminals");
  await page.locator("select[name=service]").selectOption({ index: 2 });
  await page.locator("input[name=customers][value=yes]").check({ force: true });
  await page.locator("input[name=mode][value=live]").check({ force: true });
  await page.locator("button[name=act][value=check]").click();
  book.expect("looking for duplicates keeps the title",
    await page.inputValue("input[name=title]") === "Card payments declined at terminals");
  await page.locator("button[name=act][value=declare]").click();
  await page.waitForURL(/\/incidents\/INC-/);
  const reference = new URL(page.url()).pathname.split("/").pop();
  book.expect("the number follows without a gap", /^INC-\d{4}-0002$/.test(reference) || reference);
  return reference;
}

/** A page arrives by mail; its link shows a button and changes nothing; the button answers. */
async function answerByMail() {
  const mails = await until("a page arrives by mail", async () => {
    const names = await readdir(join(house.data, "mail")).catch(() => []);
    const eml = names.filter((name) => name.endsWith(".eml"));
    return eml.length > 0 && eml;
  });
  const texts = await Promise.all(
    mails.map((name) => readFile(join(house.data, "mail", name), "utf8")));
  const text = texts.find((each) => /To: .*karl/i.test(each)) ?? texts[0];
  const plain = text.replace(/=\r?\n/g, "").replace(/=3D/g, "=");
  const link = plain.match(/http:\/\/[^\s"<>]+\/ack\/[A-Za-z0-9_.-]+/)[0];
  const stranger = await launch({ viewport: PHONE });
  await stranger.page.goto(link);
  await stranger.page.goto(link);
  const button = stranger.page.getByRole("button", { name: "I am on it" });
  book.expect("g01: opening the link twice answers nothing", await button.count() === 1);
  book.expect("axe on the page behind the link", await axe(stranger.page));
  await shot(stranger.page, "ack-390");
  await button.click();
  await stranger.page.getByText("answered").first().waitFor();
  await stranger.close();
}

/** Completes whatever task is open until none is; what wants two persons gets the second. */
async function walk(reference, karl, marta) {
  for (let step = 0; step < 40; step += 1) {
    const task = await openTask(reference, karl);
    if (!task) return;
    await complete(task, karl);
    if (await openTask(reference, karl) === task) await complete(task, marta);
  }
  book.expect("the walk ends", "more than 40 steps");
}

async function openTask(reference, page) {
  await page.goto(`${house.base}/incidents/${reference}`);
  const link = page.locator(".next a.btn--primary").first();
  return await link.count() ? link.getAttribute("href") : undefined;
}

async function complete(task, page) {
  await page.goto(house.base + task);
  if (task.endsWith("/severity")) return decide(page);
  await answer(page);
  for (const label of ["Complete the task", "Approve exactly this"]) {
    const button = page.getByRole("button", { name: label });
    if (await button.count()) {
      await button.first().click();
      break;
    }
  }
  if (page.url().includes("/sign-in/again")) {
    await page.fill("input[name=password]", PASSWORD);
    await page.getByRole("button", { name: "Confirm" }).click();
    await complete(task, page);
  }
}

/** The severity, in three taps and a reason. */
async function decide(page) {
  const wanted = { customers_affected: "most", critical_function: "yes", data_at_risk: "no", workaround: "no" };
  for (const [input, value] of Object.entries(wanted)) {
    await page.locator(`input[name="answer.${input}"][value="${value}"]`).check({ force: true });
  }
  await page.fill("textarea[name=rationale]", "No terminal takes a card, and there is no other way");
  await page.locator("button[name=act][value=decide]").click();
  await page.waitForURL(/\/incidents\/INC-[0-9-]+(#.*)?$/);
}

/** The gravest answers, and words where words are wanted. */
async function answer(page) {
  const wanted = { customers_affected: "most", critical_function: "yes" };
  const groups = await page.locator("input[type=radio][name^='field.']").evaluateAll(
    (all) => [...new Set(all.map((each) => each.name))]);
  for (const name of groups) {
    const value = wanted[name.slice("field.".length)];
    const choice = value
      ? page.locator(`input[name="${name}"][value="${value}"]`)
      : page.locator(`input[name="${name}"]`).first();
    await choice.check({ force: true });
  }
  for (const area of await page.locator("textarea[name^='field.']").all()) {
    await area.fill("as agreed in the bridge");
  }
}

async function approveSeverity(reference, page) {
  await page.goto(`${house.base}/incidents/${reference}`);
  const approve = page.locator("form[action$='/severity/approve'] button");
  book.expect("the severity waits for a second person", await approve.count() === 1);
  if (!await approve.count()) return;
  await approve.click();
  if (page.url().includes("/sign-in/again")) {
    await page.fill("input[name=password]", PASSWORD);
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.goto(`${house.base}/incidents/${reference}`);
    await page.locator("form[action$='/severity/approve'] button").click();
  }
  await page.goto(`${house.base}/incidents/${reference}`);
  book.expect("and is approved", await approve.count() === 0);
}

async function phases(reference, page) {
  await page.goto(`${house.base}/incidents/${reference}`);
  book.expect("every task of the five phases is done",
    await page.getByText("Nothing waits").count() === 1);
  for (const phase of ["detect", "triage", "contain", "recover", "learn"]) {
    await page.goto(`${house.base}/incidents/${reference}?phase=${phase}`);
    const panel = page.locator("main").getByText(/Decision points/i).first();
    book.expect(`the phase ${phase} opens its decision points`, await panel.count() === 1);
  }
  await shot(page, "incident-1280", { full: true });
}

/** Export, verify with the key, without it, and with one byte flipped. */
async function evidence(reference, page) {
  const folder = await mkdtemp(join(tmpdir(), "wk-pack-"));
  const pack = join(folder, "pack.zip");
  await page.goto(`${house.base}/incidents/${reference}`);
  const downloading = page.waitForEvent("download", { timeout: 30_000 });
  await page.locator("form[action$='/export'] button").evaluate((button) => button.click());
  await (await downloading).saveAs(pack);
  const vkey = await house.command("admin", "key", "show");
  book.expect("verify with the key says yes", await code("verify", pack, "--origin-key", vkey) === 0);
  const unknown = await outcome("verify", pack);
  book.expect("without it: consistent, signer unknown",
    (unknown.code === 2 && /signer unknown/.test(unknown.text)) || unknown.text);
  await run("python3", ["-m", "zipfile", "-e", pack, join(folder, "open")]);
  const entries = await readdir(join(folder, "open", "entries"));
  const path = join(folder, "open", "entries", entries.sort()[3]);
  const bytes = await readFile(path);
  bytes[40] ^= 1;
  await writeFile(path, bytes);
  const flipped = await outcome("verify", join(folder, "open"), "--origin-key", vkey);
  const seq = entries.sort()[3].replace(".json", "");
  book.expect("a flipped byte is found in its entry",
    (flipped.code === 1 && flipped.text.includes(seq)) || flipped.text);
  await rm(folder, { recursive: true, force: true });
}

async function outcome(...words) {
  return run(BIN, words).then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    (error) => ({ code: error.code, text: `${error.stdout}${error.stderr}` }));
}

async function code(...words) {
  return (await outcome(...words)).code;
}

/** A wrong form is shown again with what was typed, and says what is missing. */
async function wrongInput(page) {
  await page.goto(`${house.base}/declare`);
  await page.locator("input[name=mode][value=exercise]").check({ force: true });
  await page.locator("form[action='/declare']").evaluate((form) => { form.noValidate = true; });
  await page.locator("button[name=act][value=declare]").click();
  book.expect("an empty title is refused with its code", /INC-003|few words/.test(await page.content()));
  await page.goto(`${house.base}/incidents/INC-1999-0001`);
  book.expect("an unknown incident says so", /INC-004/.test(await page.content()));
}

/**
 * Every page that the access table names, at both sizes and in both schemes, through axe; none scrolls
 * sideways. Whoever is offered more forms by a page looks at it.
 */
async function everyPage(reference, karl, ada) {
  const cookies = { karl: await cookieOf(karl), ada: await cookieOf(ada) };
  const { found, lost } = await discover(house.base, [cookies.karl, cookies.ada],
    [`/incidents/${reference}`, "/incidents/INC-2026-0001/severity/steps", "/log/entries/2"]);
  book.expect("a link leads to every page", lost.filter((path) => !LOOKED_AT_BY_MIGRATE.includes(path)));
  const pages = [];
  for (const page of found) {
    const open = page.status < 400 || page.route === "/readyz" || page.route === "/log/entries/{seq}/proof";
    book.expect(`${page.path} answers`, open || `${page.status}`);
    if (!page.html || page.status >= 300) continue;
    const [mine, hers] = [await forms(house.base, page.path, cookies.karl),
      await forms(house.base, page.path, cookies.ada)];
    pages.push({ ...page, who: hers > mine ? "ada" : "karl" });
  }
  const states = { karl: (await karl.storageState()).cookies, ada: (await ada.storageState()).cookies };
  for (const [size, viewport] of [["1280", DESK], ["390", PHONE]]) {
    for (const who of ["karl", "ada"]) {
      const view = await launch({ viewport });
      await view.context.addCookies(states[who]);
      for (const { path, name } of pages.filter((page) => page.who === who)) {
        await view.page.emulateMedia({ colorScheme: "light" });
        await view.page.goto(house.base + path);
        book.expect(`${path} ${size} scrolls sideways`, await sideways(view.page));
        for (const scheme of ["light", "dark"]) {
          await view.page.emulateMedia({ colorScheme: scheme });
          book.expect(`axe ${path} ${size} ${scheme}`, await axe(view.page));
          await shot(view.page, `${name}-${size}-${scheme}`);
        }
      }
      book.expect(`pages at ${size} as ${who}: nothing to complain about`, real(view.complaints));
      await view.close();
    }
  }
}

/** The forms work without a script. */
async function withoutScript(reference) {
  const { page, close } = await launch({ script: false });
  await signIn(page, house.base, { email: "karl.brandt@nordhaven.example", password: PASSWORD });
  await page.goto(`${house.base}/incidents/${reference}`);
  await page.fill("textarea[name=text]", "Written without a script");
  await page.locator("form[action$='/notes'] button").first().click();
  book.expect("a note works without a script",
    await page.getByText("Written without a script").count() > 0);
  await close();
}

/** Somebody who knows tlog-tiles only follows the live log; and the log folds into every row. */
async function stranger() {
  const token = await house.command(
    "admin", "token", "create", "--name", "follower", "--role", "auditor");
  const vkey = await house.command("admin", "key", "show");
  book.expect("a stranger recomputes the signed root", await follow(house.base, token, vkey));
  const refused = await fetch(`${house.base}/log/tile/entries/000`);
  book.expect("entries are not for everybody", refused.status === 401 || `${refused.status}`);
  const rebuilt = await house.command("rebuild", "--check");
  book.expect("the folded log equals every row", /\b0 differ/.test(rebuilt) || rebuilt);
}

/** The picture of the README. */
async function picture() {
  const { page, close } = await launch();
  await signIn(page, house.base, { email: "karl.brandt@nordhaven.example", password: PASSWORD });
  await mkdir(join(ROOT, "target/shots"), { recursive: true });
  await page.goto(`${house.base}/`);
  await shot(page, "now");
  await close();
}
