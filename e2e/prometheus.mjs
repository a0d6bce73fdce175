// Real monitoring: Prometheus lists us as its Alertmanager, and the real Alertmanager sends us its
// webhooks. An alert fires, is seen once at each door, and resolves.
import { createServer } from "node:http";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ledger } from "./lib.mjs";
import { serve, sparePort, start, until } from "./server.mjs";

const book = ledger();
const watchkeeper = await serve();
const stops = [() => watchkeeper.close()];
try {
  const api = await watchkeeper.command(
    "admin", "integration", "add", "--source", "alertmanager-api", "--name", "Prometheus");
  const webhook = await watchkeeper.command(
    "admin", "integration", "add", "--source", "alertmanager", "--name", "Alertmanager");
  const token = await watchkeeper.command(
    "admin", "token", "create", "--name", "e2e", "--role", "responder");
  const gauge = await metric();
  const alertmanager = await startAlertmanager(webhook);
  await startPrometheus(api, gauge.port, alertmanager);

  gauge.value = 1;
  const open = await until("both doors hold the open alert", async () => {
    const alerts = await listed(token, "open");
    return alerts.length === 2 && alerts;
  });
  book.expect("the alert says what it is", open.every((a) => a.title === "payments are rejected"));
  book.expect("its severity is read", open.every((a) => a.severity === "critical"));
  book.expect("its service is read", open.every((a) => a.service === "payments"));
  book.expect("two doors, two integrations", open[0].integration !== open[1].integration);
  await until("Prometheus repeats itself and is counted", async () =>
    (await listed(token, "open")).some((alert) => alert.repeats > 0));
  book.expect("a repeat opens nothing new", (await listed(token, "open")).length === 2);

  gauge.value = 0;
  await until("both are resolved", async () => (await listed(token, "resolved")).length === 2);
  book.expect("nothing stays open", (await listed(token, "open")).length === 0);
  const rebuilt = await watchkeeper.command("rebuild", "--check");
  book.expect("the folded log equals every row", /\b0 differ/.test(rebuilt) || rebuilt);
} finally {
  for (const stop of stops.reverse()) await stop();
}
book.finish();

/** The alerts of this check, by state. */
async function listed(token, state) {
  const answer = await fetch(`${watchkeeper.base}/api/v1/alerts?state=${state}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()).items;
}

/** A gauge that Prometheus scrapes and this check sets. */
async function metric() {
  const gauge = { value: 0, port: 0 };
  const server = createServer((_, answer) => {
    answer.setHeader("content-type", "text/plain; version=0.0.4");
    answer.end(`# TYPE payments_rejected gauge\npayments_rejected ${gauge.value}\n`);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  gauge.port = server.address().port;
  stops.push(() => new Promise((resolve) => {
    server.closeAllConnections();
    server.close(resolve);
  }));
  return gauge;
}

async function startAlertmanager(key) {
  const [folder, port] = [await temporary(), await sparePort()];
  await writeFile(join(folder, "alertmanager.yml"), `
route: { receiver: watchkeeper, group_by: [service], group_wait: 1s, group_interval: 2s, repeat_interval: 4s }
receivers:
  - name: watchkeeper
    webhook_configs:
      - { url: "${watchkeeper.base}/in/alertmanager/${key}", send_resolved: true }
`);
  const server = start("prometheus-alertmanager", [
    `--config.file=${join(folder, "alertmanager.yml")}`, `--storage.path=${join(folder, "am")}`,
    `--web.listen-address=127.0.0.1:${port}`, "--cluster.listen-address=",
  ]);
  stops.push(() => server.stop());
  await until("Alertmanager is ready", async () =>
    (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok);
  return port;
}

async function startPrometheus(key, gaugePort, alertmanagerPort) {
  const [folder, port] = [await temporary(), await sparePort()];
  await writeFile(join(folder, "rules.yml"), `
groups:
  - name: payments
    interval: 1s
    rules:
      - alert: PaymentsRejected
        expr: payments_rejected > 0
        labels: { severity: critical, service: payments }
        annotations: { summary: payments are rejected }
`);
  await writeFile(join(folder, "prometheus.yml"), `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules.yml]
scrape_configs:
  - job_name: payments
    static_configs: [{ targets: ["127.0.0.1:${gaugePort}"] }]
alerting:
  alertmanagers:
    - authorization: { credentials: "${key}" }
      static_configs: [{ targets: ["127.0.0.1:${watchkeeper.port}"] }]
    - static_configs: [{ targets: ["127.0.0.1:${alertmanagerPort}"] }]
`);
  const server = start("prometheus", [
    `--config.file=${join(folder, "prometheus.yml")}`,
    `--storage.tsdb.path=${join(folder, "data")}`, `--web.listen-address=127.0.0.1:${port}`,
    "--rules.alert.resend-delay=2s", "--log.level=warn",
  ]);
  stops.push(() => server.stop());
  await until("Prometheus is ready", async () =>
    (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok);
}

async function temporary() {
  const folder = await mkdtemp(join(tmpdir(), "wk-monitoring-"));
  await mkdir(folder, { recursive: true });
  stops.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
