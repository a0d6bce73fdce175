// A stranger who knows C2SP tlog-tiles and nothing of us: reads the live log over HTTP, recomputes the
// root from the entries, and checks the signature on the checkpoint with the published key.
import { createHash, createPublicKey, verify } from "node:crypto";

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const leaf = (entry) => sha256(Buffer.from([0]), entry);
const node = (left, right) => sha256(Buffer.from([1]), left, right);

/** Follows the log at `base`; answers what is wrong with it, or nothing. */
export async function follow(base, token, vkey) {
  const note = await (await fetch(`${base}/log/checkpoint`)).text();
  const [text, signatures] = split(note);
  const [origin, size, root] = text.split("\n");
  if (!signed(text, signatures, vkey)) return "the checkpoint's signature does not hold";
  if (origin !== vkey.split("+")[0]) return `the origin ${origin} is not the key's name`;
  const leaves = await entries(base, token, Number(size));
  const found = rootOf(leaves).toString("base64");
  return found === root ? [] : `the entries give the root ${found}, the checkpoint says ${root}`;
}

/** The text of a note, up to and with its last line feed, and its signature lines. */
function split(note) {
  const at = note.lastIndexOf("\n\n");
  return [note.slice(0, at + 1), note.slice(at + 2).trimEnd().split("\n")];
}

function signed(text, signatures, vkey) {
  const [name, id, key] = [vkey.split("+")[0], vkey.split("+")[1], vkey.split("+").slice(2).join("+")];
  const raw = Buffer.from(key, "base64").subarray(1);
  // The fixed DER head of an Ed25519 public key (RFC 8410).
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]);
  const publicKey = createPublicKey({ key: der, format: "der", type: "spki" });
  return signatures.some((line) => {
    const [, signer, blob] = line.split(" ");
    const bytes = Buffer.from(blob, "base64");
    return signer === name && bytes.subarray(0, 4).toString("hex") === id
      && verify(null, Buffer.from(text), publicKey, bytes.subarray(4));
  });
}

/** The leaf hashes of all entries, bundle by bundle. */
async function entries(base, token, size) {
  const leaves = [];
  for (let index = 0; index * 256 < size; index += 1) {
    const width = Math.min(256, size - index * 256);
    const path = grouped(index) + (width < 256 ? `.p/${width}` : "");
    const answer = await fetch(`${base}/log/tile/entries/${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    for (let at = 0; at < bytes.length;) {
      const end = at + 2 + bytes.readUInt16BE(at);
      leaves.push(leaf(bytes.subarray(at + 2, end)));
      at = end;
    }
  }
  return leaves;
}

/** 1234067 is x001/x234/067. */
function grouped(index) {
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, "0");
  return digits.match(/.{3}/g).map((group, at, all) => (at < all.length - 1 ? `x${group}` : group)).join("/");
}

/** The root of RFC 6962 over some leaf hashes. */
function rootOf(hashes) {
  if (hashes.length === 0) return sha256(Buffer.alloc(0));
  if (hashes.length === 1) return hashes[0];
  let left = 1;
  while (left * 2 < hashes.length) left *= 2;
  return node(rootOf(hashes.slice(0, left)), rootOf(hashes.slice(left)));
}
