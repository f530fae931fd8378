// Which folder of the page's scripts may know which: no circle, and nobody knows a feature but features.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";

const src = join(process.env.RECEPTIVE_ROOT ?? "..", "www/src");

/** A folder of `src`, and of features each one. */
function roomOf(path: string): string {
  const [first = "", second] = path.split("/");
  return first === "features" ? `features/${second}` : first;
}

/** Rooms that each room imports from, types too, and a file that does. Tests may know everything; generated.d.ts stands for modules that are made. */
function imports(): Map<string, Map<string, string>> {
  const found = new Map<string, Map<string, string>>();
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((name) => /(?<!\.test|\.d)\.ts$/u.test(name));
  assert.ok(files.length > 150, `${files.length} files`);
  for (const file of files) {
    const text = readFileSync(join(src, file), "utf8");
    for (const [, path = ""] of text.matchAll(/(?:from|import|module)\s*\(?\s*"(\.[^"]+)"/gu)) {
      const target = relative(src, resolve(join(src, dirname(file)), path));
      const [from, to] = [roomOf(file), roomOf(target)];
      if (from === to || target.startsWith("..")) continue;
      const known = found.get(from) ?? new Map<string, string>();
      found.set(from, known.set(to, known.get(to) ?? `${file} -> ${target}`));
    }
  }
  return found;
}

test("no circle between the folders of the page", () => {
  const rooms = imports();
  const done = new Set<string>();
  const walk = (room: string, way: readonly string[]): void => {
    const at = way.indexOf(room);
    if (at >= 0) {
      const circle = [...way.slice(at), room];
      assert.fail(
        circle
          .slice(1)
          .map((to, i) => rooms.get(circle[i] ?? "")?.get(to))
          .join("\n"),
      );
    }
    if (done.has(room)) return;
    for (const next of rooms.get(room)?.keys() ?? []) walk(next, [...way, room]);
    done.add(room);
  };
  for (const room of rooms.keys()) walk(room, []);
});

test("only features know features, and only the shell knows the shell", () => {
  for (const [room, known] of imports()) {
    for (const [other, where] of known) {
      if (!room.startsWith("features/")) assert.ok(!other.startsWith("features/"), where);
      assert.notEqual(other, "app", where);
    }
  }
});

test("nothing lies outside the folders", () => {
  assert.deepEqual(
    readdirSync(src, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : [])),
    ["generated.d.ts"],
  );
});
