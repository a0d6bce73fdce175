// What the sample bank does not hold by itself, so that every page has something to show: a function, a
// team, a webhook, a draft, and an incident with an exception. Through the API, as a program would.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./lib.mjs";

/** Fills a house; answers the reference of the incident whose step was passed by exception. */
export async function furnish(house) {
  const token = async (role) =>
    (await house.command("admin", "token", "create", "--name", `furnish ${role}`, "--role", role)).split(/\s+/).pop();
  const [admin, responder, owner] =
    [await token("administrator"), await token("responder"), await token("process_owner")];
  const ask = async (bearer, path, body) => {
    const response = await fetch(`${house.base}/api/v1${path}`, {
      method: body ? "POST" : "GET",
      headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return text.startsWith("{") ? JSON.parse(text) : text;
  };
  const [entity] = (await ask(admin, "/legal-entities")).items;
  await ask(admin, "/functions", { code: "retail-payments", name: "Retail payments", critical: true, entities: [entity.id] });
  await ask(admin, "/teams", { code: "payments", name: "Payments" });
  await ask(admin, "/webhooks", { name: "Audit sink", url: "https://sink.example/entries" });
  const drawn = await readFile(join(ROOT, "processes/remediation.bpmn"), "utf8");
  const draft = { document: drawn.replace("Plan the action", "Plan the remedy"), rationale: "Our own word for it" };
  await ask(owner, "/documents/process/remediation/drafts", draft);
  const { reference } = await ask(responder, "/incidents", { title: "Vault door sensor is silent", mode: "exercise" });
  const { tasks } = await ask(responder, `/incidents/${reference}`);
  const passed = { code: "EX-URGENT", rationale: "The vault is guarded meanwhile" };
  await ask(responder, `/incidents/${reference}/tasks/${tasks[0].number}/exception`, passed);
  return reference;
}
