/** What the controller's parts know of the page and may do to it. */
import type { Intent } from "./intent.ts";
import type { RequestClient } from "./request-client.ts";
import type { SpecReplies, SpecRequests } from "./spec-protocol.ts";
import type { AppState, Notice, NoticeCode } from "./state.ts";
import type { TrainerClient } from "./trainer-client.ts";

export type SpecClient = RequestClient<SpecRequests, SpecReplies>;

export interface Host {
  readonly state: AppState;
  readonly client: TrainerClient;
  readonly specs: SpecClient;
  set(changes: Partial<AppState>): void;
  notify(notice: Notice): void;
  dismiss(...codes: NoticeCode[]): void;
  /** Says why a request was refused, unless the engine is gone, which has been said. */
  refuse(thrown: unknown): void;
  handle(intent: Intent): void;
}
