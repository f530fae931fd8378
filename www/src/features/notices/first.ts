import { NoticeListElement } from "./notice-list.ts";

export default (): void => customElements.define("notice-list", NoticeListElement);

declare global {
  interface HTMLElementTagNameMap {
    "notice-list": NoticeListElement;
  }
}
