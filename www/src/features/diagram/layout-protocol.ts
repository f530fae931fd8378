/** Messages between the page and the worker that lays drawings of networks out (`layout-worker.ts`). */

import type { AnswerMessage } from "../../engine/request-client.ts";
import type { LevelPlaces, LevelSizes } from "./layout.ts";

export interface LayoutRequests {
  layout: { level: LevelSizes };
}

export interface LayoutReplies {
  layout: LevelPlaces;
}

export type LayoutRequest = { id: number; type: "layout"; level: LevelSizes };
export type LayoutMessage = AnswerMessage<LayoutReplies, never>;
