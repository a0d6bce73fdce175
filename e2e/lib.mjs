// Browser checks, shared: starts Chromium, serves a folder, signs in, runs axe, takes pictures.
import { createServer } from "node:http";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));
export const SHOTS = join(ROOT, "target/shots");
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** What the server sends with every page; the static checks send the same. */
export const CSP = [
  "default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self'",
  "font-src 'self'", "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
].join("; ");

const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/** The sizes that every page is looked at. */
export const DESK = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** The browsers that run, by how each is ended. */
const running = new Set();

/** Starts Chromium with an empty profile; `close()` ends it and removes the profile. */
export async function launch({ viewport = DESK, scheme = "light", script = true } = {}) {
  const profile = await mkdtemp(join(tmpdir(), "wk-e2e-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: FLAGS, headless: true, viewport, colorScheme: scheme, javaScriptEnabled: script,
    hasTouch: viewport.width < 768, reducedMotion: "reduce",
  });
  const page = context.pages()[0] ?? await context.newPage();
  const complaints = watch(page);
  const close = async () => {
    running.delete(close);
    await context.close();
    await rm(profile, { recursive: true, force: true });
  };
  running.add(close);
  return { context, page, complaints, close };
}

/** Whether dmn-js draws on the page. */
const holdsDmn = (page) => /^\/tables\/[^/]+\/modeler$/.test(new URL(page.url()).pathname);
/** What dmn-js says of itself there: styles that our policy refuses, and how its renderer was built. */
const OF_DMN = /Applying inline style violates|copy of the development build of Inferno/;

/** Collects what the browser complains about: script errors, CSP violations, failed requests. */
export function watch(page) {
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`script: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error" || (OF_DMN.test(message.text()) && holdsDmn(page))) return;
    complaints.push(`console: ${message.text()}`);
  });
  return complaints;
}

/** Signs in through a one-time link or with a password. */
export async function signIn(page, base, { link, email, password }) {
  if (link) {
    await page.goto(new URL(link, base).href);
    for (const [name, value] of Object.entries({ name: "Test Person", email })) {
      const field = page.locator(`input[name=${name}]`);
      if (value && await field.count()) await field.fill(value);
    }
    await page.fill("input[name=password]", password);
    await page.fill("input[name=password_again]", password);
  } else {
    await page.goto(new URL("/sign-in", base).href);
    await page.fill("input[name=email]", email);
    await page.fill("input[name=password]", password);
  }
  await page.click("main button.btn--primary");
  await page.waitForSelector("nav.rail");
}

/** The most presses of Tab before something counts as out of reach. */
const MAX_TABS = 400;

/** Presses Tab until something that matches has the focus; with `text` only what reads like it. */
export async function tabTo(page, selector, text) {
  const reached = ([wanted, source]) => {
    const element = document.activeElement;
    return Boolean(element?.matches(wanted))
      && (!source || new RegExp(source).test(element.innerText.trim()));
  };
  for (let presses = 0; presses < MAX_TABS; presses += 1) {
    // A page that is just being left has no focus to look at.
    const left = async () => { await page.waitForLoadState(); return false; };
    if (await page.evaluate(reached, [selector, text]).catch(left)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${text ?? selector} cannot be reached by Tab on ${page.url()}`);
}

/** What axe finds on the page, as lines of text. */
export async function axe(page) {
  if (!await page.evaluate(() => "axe" in window)) {
    await page.evaluate(await readFile(AXE, "utf8"));
  }
  // The grid of dmn-js has a heading without text; it is not ours, and its plain twin is checked.
  const exclude = holdsDmn(page) ? [["th.index-column"]] : [];
  const { violations } = await page.evaluate((exclude) => window.axe.run({ exclude }, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }), exclude);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.target.join(" ")}: ${node.html.slice(0, 160)}`));
}

/** Saves a picture as `target/shots/{name}.png`. */
export async function shot(page, name, { full = false } = {}) {
  await mkdir(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: full });
}

/** How far the page scrolls sideways, in pixels; 0 is right. */
export const sideways = (page) => page.evaluate(() =>
  document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Controls smaller than 24 × 24 pixels that stand alone (WCAG 2.5.8), as lines of text. */
export const tooSmall = (page) => page.evaluate(() =>
  [...document.querySelectorAll("button, summary, select, input:not([type=hidden]), .btn, .chip")]
    .filter((element) => element.offsetParent && !element.closest("label"))
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && box.height > 1 && (box.height < 24 || box.width < 24))
    .map(([element, box]) => `${box.width}×${box.height}: ${element.outerHTML.slice(0, 120)}`));

/** Counts findings; `finish()` prints them, ends what a broken journey left open, and with 1 where there are any. */
export function ledger() {
  const findings = [];
  let checks = 0;
  return {
    expect(what, found) {
      checks += 1;
      for (const line of [found].flat().filter((each) => each !== true && each !== 0)) {
        findings.push(`${what}: ${line === false ? "not so" : line}`);
      }
    },
    finish() {
      for (const line of findings) console.log(line);
      console.log(`${checks} checks, ${findings.length} findings`);
      process.exitCode = findings.length === 0 ? 0 : 1;
      for (const close of running) close();
    },
  };
}

const TYPES = {
  ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
};

/** Serves a folder on loopback with the product's security headers. */
export async function serve(folder) {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, "http://x").pathname);
    try {
      const body = await readFile(join(folder, path));
      response.writeHead(200, {
        "content-type": TYPES[extname(path)] ?? "application/octet-stream",
        "content-security-policy": CSP, "x-content-type-options": "nosniff",
      });
      response.end(body);
    } catch {
      response.writeHead(path === "/live" ? 204 : 404).end();
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const base = `http://127.0.0.1:${server.address().port}`;
  return { base, close: () => new Promise((done) => server.close(done)) };
}
