// A real server for the checks: the binary, on a spare port, with data of its own.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
export const BIN = process.env.WATCHKEEPER_BIN ?? join(ROOT, "target/debug/watchkeeper");
const run = promisify(execFile);

/** A port that nobody listens on. */
export const sparePort = () => new Promise((resolve, reject) => {
  const server = createServer();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

/** Asks again and again until `ask` answers something true; at most `seconds`. */
export async function until(what, ask, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  let last = "";
  while (Date.now() < end) {
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      last = String(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what}: not within ${seconds} s ${last}`);
}

/** Starts a program; `stop()` ends it. What it prints is kept in `output`. */
export function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  const started = { child, output: "", ended: false };
  const keep = (bytes) => { started.output = (started.output + bytes).slice(-200_000); };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const over = new Promise((resolve) => child.once("exit", () => {
    started.ended = true;
    resolve();
  }));
  started.stop = async (signal = "SIGTERM") => {
    child.kill(signal);
    await over;
  };
  return started;
}

/** Starts `watchkeeper serve` and waits until it is ready. */
export async function serve({ demo = false, data, extra = [] } = {}) {
  const port = await sparePort();
  const folder = data ?? await mkdtemp(join(tmpdir(), "wk-data-"));
  const base = `http://127.0.0.1:${port}`;
  const args = ["serve", "--listen", `127.0.0.1:${port}`, "--data", folder, ...extra];
  const server = start(BIN, demo ? [...args, "--demo"] : args);
  await until("the server is ready", async () => {
    if (server.ended) throw new Error(server.output);
    return (await fetch(`${base}/readyz`)).ok;
  }).catch((error) => { throw new Error(`${error.message}\n${server.output}`); });
  const command = async (...words) =>
    (await run(BIN, [...words, "--data", folder])).stdout.trim();
  const close = async () => {
    await server.stop();
    if (!data) await rm(folder, { recursive: true, force: true });
  };
  return { base, port, data: folder, server, command, close };
}
