import type { Actions } from "../../page/feature.ts";
import type { Page } from "../../page/page.ts";
import { images } from "../../session/images.ts";
import { session } from "../../session/session.ts";

export const actions = (page: Page): Actions => ({
  dismiss: ({ code }) => page.dismiss(code),
  retry_data: () => page.the(images).load(),
  restart_engine: () => page.the(session).restart(),
});
