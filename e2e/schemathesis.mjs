// The description against the running server: whatever it allows is asked, and each answer must be one
// that it describes. No 5xx, no status, code, header or body that is not told.
//
// Schemathesis is installed into target/ in a pinned version; seed and number of examples are fixed.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ledger } from "./lib.mjs";
import { serve } from "./server.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const VERSION = "4.32.5";
const SEED = "20261125";
const EXAMPLES = process.env.SCHEMATHESIS_EXAMPLES ?? "6";
const VENV = join(ROOT, "target/schemathesis");
const TOOL = join(VENV, "bin/schemathesis");

const book = ledger();
await install();
const watchkeeper = await serve({ demo: true });
try {
  const token = (role) => watchkeeper.command(
    "admin", "token", "create", "--name", `api ${role}`, "--role", role);
  const [commander, administrator] = [await token("commander"), await token("administrator")];
  const reference = await declared(commander);
  const common = ["--exclude-operation-id", "get_events"];
  book.expect("with a commander's token", await asked(commander, reference, [...common,
    "--exclude-by", "/x-permission == Administer"]) === 0);
  book.expect("with an administrator's token", await asked(administrator, reference, [...common,
    "--include-by", "/x-permission == Administer"]) === 0);
  const rebuilt = await watchkeeper.command("rebuild", "--check");
  book.expect("the folded log equals every row", /\b0 differ/.test(rebuilt) || rebuilt);
} finally {
  await watchkeeper.close();
}
book.finish();

/** The pinned version, once. */
async function install() {
  if (existsSync(join(VENV, `is-${VERSION}`))) return;
  await run("python3", ["-m", "venv", VENV]);
  await run(join(VENV, "bin/pip"), ["install", "--quiet", `schemathesis==${VERSION}`]);
  await run("touch", [join(VENV, `is-${VERSION}`)]);
}

/** An incident that every path may name. */
async function declared(token) {
  const answer = await fetch(`${watchkeeper.base}/api/v1/incidents`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ title: "The description is tried", mode: "exercise" }),
  });
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()).reference;
}

/** The exit code of a run with one token. */
async function asked(token, reference, filters) {
  return code(TOOL, [
    "--config-file", join(ROOT, "e2e/schemathesis.toml"),
    "run", `${watchkeeper.base}/api/openapi.json`,
    "--seed", SEED, "--max-examples", EXAMPLES, "--workers", "1", "--no-shrink",
    "--header", `Authorization: Bearer ${token}`, "--request-timeout", "20",
    "--continue-on-failure", ...filters,
  ], { ...process.env, REFERENCE: reference, NO_COLOR: "1" });
}

function code(command, words, env = process.env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { cwd: join(ROOT, "target"), env, stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", reject);
    child.once("exit", (status) => resolve(status ?? 1));
  });
}

async function run(command, words) {
  const status = await code(command, words);
  if (status !== 0) throw new Error(`${command} ${words.join(" ")}: ${status}`);
}
