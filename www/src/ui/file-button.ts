import type { TemplateResult } from "lit";
import { html, nothing } from "lit";

/** A file chooser that looks like the other buttons. The input itself stays in the tab order, unseen. */
export function fileButton(
  label: string,
  chosen: (files: readonly File[]) => void,
  { accept, disabled = false }: { accept?: string; disabled?: boolean } = {},
): TemplateResult {
  return html`<label class="quiet file-button">
    <input type="file" multiple accept=${accept ?? nothing} ?disabled=${disabled} class="visually-hidden" @change=${(event: Event) => {
      const input = event.target as HTMLInputElement;
      const files = [...(input.files ?? [])];
      // The same files can be chosen again after they were mended.
      input.value = "";
      if (files.length > 0) chosen(files);
    }} />
    <span>${label}</span>
  </label>`;
}
