import { isActive } from "../../model/state.ts";
import type { Page } from "../../page/page.ts";
import type { FirstStep } from "./steps.ts";
import { FIRST_STEP, SHOW_STEPS } from "./steps.ts";

/** Where a step is taken is shown, and what it begins with has the focus. */
export function mount(page: Page, root: HTMLElement): () => void {
  const go = async (step: FirstStep): Promise<void> => {
    if (step === "train") {
      page.handle({ type: "show_pane", pane: "train" });
      if (!isActive(page.state.run.phase)) page.handle({ type: "toggle_run" });
    }
    if (step === "look") {
      page.handle({ type: "show_pane", pane: "look" });
      page.handle({ type: "show_view", view: "maps" });
    }
    if (step === "build") {
      await page.handle({ type: "show_pane", pane: "net" });
      root.querySelector<HTMLElement>(".add-layer, .outline-empty button")?.focus();
    }
    if (step === "break") {
      await page.handle({ type: "show_column", name: "training", sheet: true });
      root.querySelector<HTMLInputElement>('[id$="-learning_rate"]')?.select();
    }
  };
  const onStep = ({ detail }: CustomEvent<FirstStep>): void => void go(detail);
  const onShow = (): void => {
    page.handle({ type: "show_pane", pane: "train" });
    root.querySelector("first-steps")?.bringBack();
  };
  root.addEventListener(FIRST_STEP, onStep);
  root.addEventListener(SHOW_STEPS, onShow);
  return () => {
    root.removeEventListener(FIRST_STEP, onStep);
    root.removeEventListener(SHOW_STEPS, onShow);
  };
}
