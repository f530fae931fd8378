/** Light, dark, or as the system has it. */
export type Theme = "auto" | "light" | "dark";

export const THEMES: readonly Theme[] = ["auto", "light", "dark"];

export function parseTheme(text: string | null): Theme {
  return THEMES.find((theme) => theme === text) ?? "auto";
}

export function nextTheme(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "auto";
}

/** The stylesheet reads `data-theme`; without it the system's preference holds. */
export function applyTheme(theme: Theme, root: HTMLElement): void {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
}
