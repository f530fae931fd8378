/**
 * All that is not seen at first and is small, in one part: the first look at any of it brings the rest along, so that the next one does not wait, and what is
 * alike in it is compressed once.
 */
import define from "receptive:common";
import "./choice-popup-define.ts";
import { lazyStylesAndTexts } from "./lazy-styles.ts";

await lazyStylesAndTexts();
for (const elements of define) elements();
