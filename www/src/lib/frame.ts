/** What this page may do where it stands in a frame of another page. */

/** Whether it stands in a frame. */
export const isFramed = (): boolean => window.top !== window;

/** Rights that a frame's `sandbox` may withhold. */
type Right = "allow-downloads" | "allow-popups";

/**
 * Whether the frames around this page grant a right; null where the page that writes a frame is of another site, and does not let itself
 * be asked.
 */
export function granted(right: Right): boolean | null {
  try {
    for (let inner: Window = window; inner !== inner.parent; inner = inner.parent) {
      const frame = inner.frameElement;
      if (!frame) return null;
      if (frame.hasAttribute("sandbox") && !(frame as HTMLIFrameElement).sandbox.contains(right)) return false;
    }
    return true;
  } catch {
    return null;
  }
}

/** Opens an address in a tab of its own. @returns false where the frame may not. */
export function openTab(address: string): boolean {
  const tab = window.open(address, "_blank");
  if (!tab) return false;
  try {
    tab.opener = null;
  } catch {
    // It is of another origin already.
  }
  return true;
}
