/**
 * This tab's name, the same after a reload and another in every tab, also in one that was duplicated and so has the other's session
 * storage.
 */

const fresh = (): string => `${Date.now().toString(36)}-${Math.floor(Math.random() * 2 ** 32).toString(36)}`;

let current: string | null = null;

/** `item` is where the name stands in session storage. @throws where that is denied. */
export async function tabName(item: string): Promise<string> {
  return (current = await found(item));
}

async function found(item: string): Promise<string> {
  const before = sessionStorage.getItem(item);
  // Pages over plain http have no locks.
  if (!navigator.locks) return handedOver(item, before ?? fresh());
  let name = before ?? fresh();
  // The lock tells which of two tabs came first.
  if (!(await held(name))) await held((name = fresh()));
  sessionStorage.setItem(item, name);
  return name;
}

const LENT = "receptive.from";

/** What `open` opens has this tab's name to copy records from, and a name of its own. */
export function lend<T>(open: () => T): T {
  try {
    if (current !== null) sessionStorage.setItem(LENT, current);
    return open();
  } finally {
    borrowed();
  }
}

/** The name of the tab that opened this one for its records, once. */
export function borrowed(): string | null {
  try {
    const name = sessionStorage.getItem(LENT);
    sessionStorage.removeItem(LENT);
    return name;
  } catch {
    return null;
  }
}

/** Without locks the name stands in storage only between one page and the next: a tab that is duplicated meanwhile finds none. */
function handedOver(item: string, name: string): string {
  sessionStorage.removeItem(item);
  addEventListener("pagehide", () => sessionStorage.setItem(item, name));
  // Back from the browser's memory of pages.
  addEventListener("pageshow", ({ persisted }) => persisted && sessionStorage.removeItem(item));
  return name;
}

/** Whether the page of that name is open now. Pages over plain http do not know. */
export async function isOpen(tab: string): Promise<boolean> {
  try {
    const { held = [] } = (await navigator.locks?.query()) ?? {};
    return held.some(({ name }) => name === lockOf(tab));
  } catch {
    return false;
  }
}

const lockOf = (tab: string): string => `receptive-${tab}`;

/** Whether the lock of that name was free; if so, it is this page's until that ends. */
function held(tab: string): Promise<boolean> {
  return new Promise((resolve) => {
    const ended = new Promise(() => undefined);
    navigator.locks
      .request(lockOf(tab), { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock ? ended : undefined;
      })
      .catch(() => resolve(true));
  });
}
