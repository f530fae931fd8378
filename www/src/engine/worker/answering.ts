/** The worker's side of a `RequestClient`: every request is answered, one after the other, with its reply or with why there is none. */

import type { ReceptiveError } from "../errors.ts";
import { toReceptiveError } from "../errors.ts";

/** The part of a dedicated worker's scope used here; the project's `lib` is the page's. */
interface WorkerScope<Request, Message> {
  postMessage(message: Message): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Request>) => void): void;
}

/** `engine` is what the worker has loaded, or is loading: where it has not come, that is why. */
export function answerInTurn<Request extends { id: number }, Message>(
  scope: WorkerScope<Request, Message | { id: number; type: "error"; error: ReceptiveError }>,
  engine: () => Promise<unknown> | null,
  answer: (request: Request) => Promise<Message>,
): void {
  let last: Promise<void> = Promise.resolve();
  scope.addEventListener("message", ({ data: request }) => {
    last = last.then(() =>
      answer(request)
        .catch(async (thrown: unknown) => {
          const loading = engine();
          const running =
            loading !== null &&
            (await loading.then(
              () => true,
              () => false,
            ));
          return { id: request.id, type: "error" as const, error: toReceptiveError(thrown, running ? "panic" : "engine_failed") };
        })
        .then((message) => scope.postMessage(message)),
    );
  });
}
