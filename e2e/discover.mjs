// Which pages there are: every GET route of the access table that people open, each with an address
// that some page really links to. Nobody has to remember to list a new page here.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./lib.mjs";

/** Routes behind the link of a message; the journeys open them. */
const BY_LINK = new Set(["/set-up/{token}", "/ack/{token}"]);
/** Routes that are no page and that no page links to. */
const FOR_PROGRAMS = new Set(["/live", "/assets/{name}", "/log/tile/{*path}", "/docs/codes/{code}"]);
/** The most addresses that are looked through for links. */
const MAX_VISITS = 400;

/** The GET routes of docs/reference/access.md that are for people. */
export async function routes() {
  const table = await readFile(join(ROOT, "docs/reference/access.md"), "utf8");
  const rows = [...table.matchAll(/^\| `GET (\S+)` \| ([^|]+) \|/gm)];
  return rows.map(([, path, wants]) => ({ path, wants: wants.trim() }))
    .filter(({ wants }) => /^(public|link|signed in|token or signed in)/.test(wants))
    .filter(({ path }) => !path.startsWith("/api/") && !FOR_PROGRAMS.has(path));
}

const pattern = (path) => new RegExp(`^${path
  .replace(/[.*+?^$()|[\]\\]/g, "\\$&")
  .replace(/\{\\\*\w+\}/g, ".+").replace(/\{\w+\}/g, "[^/?#]+")}$`);

/** What an address answers to the first of these people who may see it. */
async function look(base, path, cookies) {
  let answer;
  for (const cookie of [cookies].flat()) {
    answer = await ask(base, path, cookie);
    if (answer.status < 400) break;
  }
  return answer;
}

/** What an address answers to somebody with this cookie: status, media type, text of a page. */
async function ask(base, path, cookie) {
  const response = await fetch(base + path, { headers: { cookie }, redirect: "manual" });
  const type = response.headers.get("content-type") ?? "";
  if (!type.startsWith("text/html")) {
    await response.body?.cancel();
    return { status: response.status, html: false, text: "" };
  }
  return { status: response.status, html: true, text: await response.text() };
}

const links = (text) => [...text.matchAll(/ href="(\/[^"]*)"/g)]
  .map(([, href]) => href.replaceAll("&amp;", "&").replaceAll("&#38;", "&"));

export const cookieOf = async (context) => (await context.cookies())
  .map(({ name, value }) => `${name}=${value}`).join("; ");

/** The name of a route's pictures: `/incidents/{reference}` is `page-incidents-reference`. */
export const nameOf = (path) =>
  `page${path === "/" ? "-now" : path.replaceAll(/[^a-z0-9]+/gi, "-").replace(/-$/, "")}`;

/**
 * Every page with an address: `found` as `{ route, path, name, html }`, and the routes to which no
 * link leads as `lost`. `prefer` holds addresses to take where several would do.
 */
export async function discover(base, cookies, prefer = []) {
  const wanted = await routes();
  const chosen = new Map(prefer.map((path) =>
    [wanted.find((route) => pattern(route.path).test(path.split("?")[0]))?.path, path]));
  const queue = wanted.map(({ path }) => path).filter((path) => !path.includes("{"));
  queue.push("/incidents?status=all", "/tasks?show=all", "/alerts?state=all", ...prefer);
  const seen = new Set();
  const answers = new Map();
  while (queue.length > 0 && seen.size < MAX_VISITS) {
    const path = queue.shift();
    if (seen.has(path)) continue;
    seen.add(path);
    const answer = await look(base, path, cookies);
    answers.set(path, answer);
    for (const href of links(answer.text)) {
      const plain = href.split(/[?#]/)[0];
      const route = wanted.find(({ path: route }) =>
        route === plain || (route.includes("{") && pattern(route).test(plain)));
      if (!route || plain.startsWith("/assets/")) continue;
      if (!chosen.has(route.path)) chosen.set(route.path, plain);
      // One address a route is looked through for further links.
      if (chosen.get(route.path) === plain && !seen.has(plain)) queue.push(plain);
    }
  }
  const found = [];
  const lost = [];
  for (const { path: route } of wanted) {
    const path = route.includes("{") ? chosen.get(route) : route;
    const answer = answers.get(path) ?? (path && await look(base, path, cookies));
    if (!path) {
      if (!BY_LINK.has(route)) lost.push(route);
    } else {
      found.push({ route, path, name: nameOf(route), html: answer.html, status: answer.status });
    }
  }
  return { found, lost };
}

/** How many forms a page offers to somebody: who sees more of them looks at it. */
export async function forms(base, path, cookie) {
  const answer = await look(base, path, cookie);
  return answer.status < 300 ? answer.text.split("<form").length - 1 : -1;
}
