/** Results that outlive the tab, by the key of a run: the same specification, seed and budget need not be trained twice. */
import type { DBSchema } from "idb";
import { openDB } from "idb";
import type { ResultStore, RunResult } from "./runner.ts";

/** The oldest go. */
const MOST = 2000;

interface Schema extends DBSchema {
  results: { key: string; value: { at: number; result: RunResult }; indexes: { at: number } };
}

/** Keys are long texts: a digest of each is kept. */
async function digest(key: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Where the browser stores nothing, every request is refused and the runner goes on without. */
export function resultStore(name = "receptive-experiments"): ResultStore {
  const database = openDB<Schema>(name, 1, {
    upgrade: (made) => {
      made.createObjectStore("results").createIndex("at", "at");
    },
  });
  database.catch(() => undefined);
  return {
    get: async (key) => (await (await database).get("results", await digest(key)))?.result ?? null,
    put: async (key, result) => {
      const made = await database;
      await made.put("results", { at: Date.now(), result }, await digest(key));
      const count = await made.count("results");
      if (count <= MOST) return;
      const transaction = made.transaction("results", "readwrite");
      let left = count - MOST;
      for (let cursor = await transaction.store.index("at").openCursor(); cursor && left > 0; left--) {
        await cursor.delete();
        cursor = await cursor.continue();
      }
      await transaction.done;
    },
  };
}
