import type { Page } from "../../page/page.ts";

/** Takes files that are dropped before the menu is there that takes them: the browser would leave the page for them. */
export function mount(page: Page): () => void {
  const dropped: File[] = [];
  const open = (): void => {
    if (page.state.document && dropped.length > 0) page.handle({ type: "open_files", files: dropped.splice(0) });
  };
  const take = (event: DragEvent): void => {
    if (customElements.get("share-menu") || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    dropped.push(...event.dataTransfer.files);
    open();
  };
  for (const type of ["dragover", "drop"] as const) document.addEventListener(type, take);
  const unsubscribe = page.store.subscribe(open);
  return () => {
    for (const type of ["dragover", "drop"] as const) document.removeEventListener(type, take);
    unsubscribe();
  };
}
