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
await close();
book.finish();
