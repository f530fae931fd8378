/**
 * All that is not seen at first, in one part: the first look at any of it brings the rest along, so that the next one does not wait, and what is alike in
 * it is compressed once.
 */
import define from "receptive:common";
import { lazyStylesAndTexts } from "./lazy-styles.ts";
import "./choice-popup-define.ts";
import "../features/fixes/error-fixes-define.ts";
import "../features/inspector/layer-inspector-define.ts";
import "../features/maps/maps-panel-define.ts";
import "../features/try/mask-answer-define.ts";
import "../features/diagram/network-diagram-define.ts";
import "../features/runs/runs-panel-define.ts";
import "../features/share/share-menu-define.ts";
import "../features/true-size/true-size-dialog-define.ts";

await lazyStylesAndTexts();
for (const elements of define) elements();
