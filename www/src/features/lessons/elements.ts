import { LessonGalleryElement } from "./lesson-gallery.ts";
import { LessonPlayerElement } from "./lesson-player.ts";

export default (): void => {
  customElements.define("lesson-gallery", LessonGalleryElement);
  customElements.define("lesson-player", LessonPlayerElement);
};

declare global {
  interface HTMLElementTagNameMap {
    "lesson-gallery": LessonGalleryElement;
    "lesson-player": LessonPlayerElement;
  }
}
