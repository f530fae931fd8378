/** What the page remembers. In a sandboxed frame, or where the browser is told to, touching storage throws: then it is remembered until the tab closes. */

export interface StoragePort {
  recall(name: string): string | null;
  remember(name: string, value: string): void;
}

const PREFIX = "receptive.";
const memory = new Map<string, string>();

function disk(): Storage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  memory.set(name, value);
  try {
    disk()?.setItem(PREFIX + name, value);
  } catch {
    // full or forbidden: the copy in memory serves this visit
  }
}

export function recall(name: string): string | null {
  try {
    return disk()?.getItem(PREFIX + name) ?? memory.get(name) ?? null;
  } catch {
    return memory.get(name) ?? null;
  }
}
