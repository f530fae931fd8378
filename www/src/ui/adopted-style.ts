/** Rules that come with a script, as a sheet of the document's: a page's policy may forbid style elements. */
export function adoptStyle(rules: string): () => void {
  let sheet: CSSStyleSheet | null = null;
  return () => {
    if (sheet) return;
    sheet = new CSSStyleSheet();
    sheet.replaceSync(rules);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  };
}
