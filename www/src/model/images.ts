/** What the images on show are like: their size, and what their classes are called. Pure. */
import type { Size } from "../lib/mnist.ts";
import { MNIST_SIZE } from "../lib/mnist.ts";
import { selector } from "../store/store.ts";
import type { AppState } from "./state.ts";
import { classesOf } from "./state.ts";

/** Height and width of the images that are loaded. */
export const imageSize = selector(({ data: { own } }: AppState): Size => (own ? [own.height, own.width] : MNIST_SIZE));

/** A name for each class of the compiled network: that of the user's, or its number. */
export const classNames = selector((state: AppState): readonly string[] =>
  Array.from({ length: classesOf(state) }, (_, label) => state.data.names[label] || String(label)),
);
