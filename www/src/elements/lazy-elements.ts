/**
 * All that is not seen at first, in one part: the first look at any of it brings the rest along, so that the next one does not wait, and what is alike in
 * it is compressed once.
 */
import define from "receptive:common";
import { lazyStylesAndTexts } from "../lazy-styles.ts";
import "./choice-popup-define.ts";
import "./error-fixes-define.ts";
import "./layer-inspector-define.ts";
import "./maps-panel-define.ts";
import "./mask-answer-define.ts";
import "./network-diagram-define.ts";
import "./runs-panel-define.ts";
import "./share-menu-define.ts";
import "./true-size-dialog-define.ts";

await lazyStylesAndTexts();
for (const elements of define) elements();
