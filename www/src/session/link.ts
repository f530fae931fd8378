/** What the address says of the page: which network, which view of it, what is selected. Pure, but for the browser's own compression. */
import { ReceptiveFailure } from "../engine/errors.ts";
import { through } from "../lib/bytes.ts";

export interface Address {
  /** The short form, compressed. */
  code: string | null;
  /** A preset's name. */
  preset: string | null;
  /** Null where it names none. */
  view: string | null;
  /** The path of the selected item, and its node where it stands for several. */
  selection: { path: string; node: string | null } | null;
  /** Everything in it, for what features have there. */
  fields: URLSearchParams;
}

/** No specification is nearly as long; a link that grows to more is none of ours. */
const LONGEST = 1 << 20;

/** A value as text that an address may hold: its JSON, deflated, in base64url. */
export async function encode(value: unknown): Promise<string> {
  const packed = await through(new TextEncoder().encode(JSON.stringify(value)), new CompressionStream("deflate-raw"), LONGEST);
  return btoa(String.fromCharCode(...packed))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** @throws ReceptiveFailure `bad_link` for text that {@link encode} did not write, as of a link that was cut off. */
export async function decode(code: string): Promise<unknown> {
  const bad = (reason: "letters" | "packing" | "json"): ReceptiveFailure =>
    new ReceptiveFailure({ kind: "bad_link", message: `damaged link: ${reason}`, reason });
  if (!/^[\w-]*$/u.test(code)) throw bad("letters");
  let text: string;
  try {
    const packed = Uint8Array.from(atob(code.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    text = new TextDecoder("utf-8", { fatal: true }).decode(await through(packed, new DecompressionStream("deflate-raw"), LONGEST));
  } catch {
    throw bad("packing");
  }
  try {
    return JSON.parse(text);
  } catch {
    throw bad("json");
  }
}

export function parseAddress(hash: string): Address {
  const fields = new URLSearchParams(hash.replace(/^#/u, ""));
  const path = fields.get("select");
  return {
    code: fields.get("g"),
    preset: fields.get("preset"),
    view: fields.get("view"),
    selection: path ? { path, node: fields.get("node") } : null,
    fields,
  };
}

/** Empty where all is as it is without an address. `parameters` are the features'. */
export function writeAddress({
  code,
  preset,
  view,
  selection,
  parameters = {},
}: Omit<Address, "fields"> & { parameters?: Readonly<Record<string, string>> }): string {
  const fields = new URLSearchParams({
    ...(code !== null && { g: code }),
    ...(code === null && preset !== null && { preset }),
    ...(view !== null && { view }),
    ...parameters,
    ...(selection && { select: selection.path, ...(selection.node !== null && { node: selection.node }) }),
  });
  const text = fields.toString();
  return text === "" ? "" : `#${text}`;
}

/** Whether a hash is an address of ours, and not a mark such as the skip link's `#stage`. `names` are the features' fields. */
export function isAddress(hash: string, names: readonly string[] = []): boolean {
  const fields = new URLSearchParams(hash.replace(/^#/u, ""));
  return hash.length <= 1 || ["g", "preset", "view", "select", ...names].some((field) => fields.has(field));
}
