import { LessonGalleryElement } from "./lesson-gallery.ts";
import { LessonPlayerElement } from "./lesson-player.ts";

// What lessons do comes with what they show: one part, so that fewer parts are made of what the page shares with it.
export { lessons } from "./actions.ts";

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
