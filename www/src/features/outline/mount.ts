import type { Page } from "../../page/page.ts";
import { EDIT_LAYER, LAYER_EDITED } from "./layer-events.ts";

/** Selecting a layer asks to see it; editing it moves the focus to its fields, and from there back to the tree. */
export function mount(page: Page, root: HTMLElement): () => void {
  const edit = async (): Promise<void> => {
    await page.handle({ type: "show_column", name: "inspector", sheet: true });
    await root.querySelector("layer-inspector")?.focusFirst();
  };
  const edited = (): void => {
    page.handle({ type: "close_sheet" });
    root.querySelector("outline-editor")?.focusSelected();
  };
  const onEdit = (): void => void edit();
  root.addEventListener(EDIT_LAYER, onEdit);
  root.addEventListener(LAYER_EDITED, edited);
  const unsubscribe = page.store.subscribe(({ selection }, before) => {
    if (selection && selection !== before.selection) page.handle({ type: "show_column", name: "inspector" });
  });
  return () => {
    root.removeEventListener(EDIT_LAYER, onEdit);
    root.removeEventListener(LAYER_EDITED, edited);
    unsubscribe();
  };
}
