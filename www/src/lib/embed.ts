/** A page that shows one view and nothing else of itself, for a frame of a course: `?embed=view`. */

export const isEmbed = (): boolean => new URLSearchParams(location.search).get("embed") === "view";

/** The address of the whole page as it is now. */
export function fullPage(): string {
  const address = new URL(location.href);
  address.searchParams.delete("embed");
  return address.href;
}
