/** What fails outside any request, as a part of the page that does not load, is said on the page and not only in the console. */

/** `told` gets the reason, in the browser's words. */
export function onPageFailure(told: (reason: string) => void): void {
  const tell = (thrown: unknown): void => told(thrown instanceof Error ? thrown.message || thrown.name : String(thrown));
  // What has no exception is the browser's own remark, as on a ResizeObserver that goes on in the next frame.
  addEventListener("error", ({ error }) => error && tell(error));
  addEventListener("unhandledrejection", ({ reason }) => tell(reason));
}
