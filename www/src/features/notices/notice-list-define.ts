import { NoticeListElement } from "./notice-list.ts";

customElements.define("notice-list", NoticeListElement);

declare global {
  interface HTMLElementTagNameMap {
    "notice-list": NoticeListElement;
  }
}
