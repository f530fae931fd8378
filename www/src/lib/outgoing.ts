/** What leaves the page: files that the browser saves, texts on the clipboard. */

/** A name that every file system takes. */
export function fileName(title: string, extension: string): string {
  const plain = title
    .normalize("NFKC")
    .replaceAll(/[^\p{L}\p{N}.()-]+/gu, "-")
    .replaceAll(/^-+|-+$/gu, "");
  return `${plain || "network"}.${extension}`;
}

export function save(name: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

/** The page in a frame, with the rights it needs and no more. */
export function frameSnippet(address: string, title: string, height = 640): string {
  const rights = 'allow="clipboard-write" sandbox="allow-scripts allow-same-origin allow-downloads allow-popups"';
  return `<iframe src="${escaped(address)}" width="100%" height="${height}" loading="lazy" ${rights} title="${escaped(title)}"></iframe>`;
}

/** Whether the browser let it: a sandboxed frame has no clipboard. Over plain http the older way is the only one. */
export async function copy(text: string): Promise<boolean> {
  if (!navigator.clipboard) return copySelected(text);
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function copySelected(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.className = "visually-hidden";
  field.value = text;
  document.body.append(field);
  field.focus({ preventScroll: true });
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return copied;
}
