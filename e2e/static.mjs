// Every sample page at two sizes and in two themes: axe, console, sideways scrolling, pictures.
// The pages come from: cargo run -p web --example samples -- target/samples
//   node e2e/static.mjs [FOLDER] [NAME…]
import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { DESK, PHONE, ROOT, axe, launch, ledger, serve, shot, sideways, tooSmall } from "./lib.mjs";

const [folder = `${ROOT}/target/samples`, ...only] = process.argv.slice(2);
const names = (await readdir(folder)).filter((name) => name.endsWith(".html"))
  .map((name) => name.slice(0, -".html".length))
  .filter((name) => only.length === 0 || only.includes(name));
const { base, close } = await serve(resolve(folder));
const book = ledger();
book.expect("sample pages", names.length > 0);

for (const [size, viewport] of [["1280", DESK], ["390", PHONE]]) {
  for (const scheme of ["light", "dark"]) {
    const browser = await launch({ viewport, scheme });
    for (const name of names) {
      const what = `${name} ${size} ${scheme}`;
      browser.complaints.length = 0;
      await browser.page.goto(`${base}/${name}.html`);
      book.expect(what, await axe(browser.page));
      book.expect(what, [...browser.complaints]);
      book.expect(`${what} scrolls sideways`, await sideways(browser.page));
      book.expect(`${what} too small`, await tooSmall(browser.page));
      await shot(browser.page, `${name}-${size}-${scheme}`);
      if (scheme === "light") await shot(browser.page, `${name}-${size}-full`, { full: true });
    }
    await browser.close();
  }
}

// Keys on the incident's page, and the whole page without any script.
if (names.includes("incident")) {
  const desk = await launch();
  await desk.page.goto(`${base}/incident.html`);
  const focused = () => desk.page.evaluate(() => document.activeElement?.id);
  await desk.page.keyboard.press("n");
  book.expect("n goes to the note", await focused() === "text");
  await desk.page.keyboard.type("d is a letter here");
  book.expect("letters stay in the field", desk.page.url().endsWith("/incident.html"));
  await desk.page.evaluate(() => document.activeElement.blur());
  await desk.page.keyboard.press("r");
  book.expect("r opens the roles", await desk.page.locator("#roles[open]").count() === 1);
  await desk.close();

  const bare = await launch({ script: false });
  await bare.page.goto(`${base}/incident.html`);
  book.expect("no script: heading", await bare.page.locator("h1").isVisible());
  await bare.page.locator(".clock > summary").first().click();
  book.expect("no script: derivation", await bare.page.locator(".pop").first().isVisible());
  await bare.page.emulateMedia({ media: "print" });
  book.expect("paper: no rail", !await bare.page.locator(".rail").isVisible());
  await bare.page.pdf?.({ path: `${ROOT}/target/shots/incident.pdf`, format: "A4" });
  await bare.close();
}

// An answer posts the whole form for a preview, and the result is swapped in.
if (names.includes("severity")) {
  const desk = await launch();
  let posted = "";
  await desk.page.goto(`${base}/severity-empty.html`);
  await desk.page.route("**/incidents/*/severity", async (route) => {
    posted = route.request().postData() ?? "";
    await route.fulfill({ path: `${resolve(folder)}/severity.html`, contentType: "text/html" });
  });
  await desk.page.locator("input[name='answer.function'][value=degraded]").check();
  await desk.page.waitForSelector("#result .hit", { state: "attached" });
  for (const part of ["csrf=sample", "act=preview", "answer.function=degraded"]) {
    book.expect(`preview posts ${part}`, posted.includes(part));
  }
  book.expect("preview is swapped in once", await desk.page.locator("#result").count() === 1);
  book.expect("preview keeps the policy", [...desk.complaints]);
  await desk.close();
}

// A change on the stream fetches the part again, unless somebody writes in it.
if (names.includes("incident")) {
  const desk = await launch();
  await desk.page.route("**/live?*", (route) => route.fulfill({
    contentType: "text/event-stream",
    body: 'retry: 60000\n\ndata: {"kind":"incident","id":"inc_42","version":18}\n\n',
  }));
  await desk.page.route("**/incidents/INC-2026-0042", (route) => route.fulfill({
    path: `${resolve(folder)}/incident-closed.html`, contentType: "text/html",
  }));
  await desk.page.goto(`${base}/incident.html`);
  await desk.page.waitForSelector(".tag--ok:has-text('Closed')");
  book.expect("live: one incident stands", await desk.page.locator("#incident").count() === 1);
  await desk.close();
}
await close();
book.finish();
