// A blank page in headless Chromium, beside the folders a job needs.
import { fileURLToPath } from "node:url";

import { launch, open } from "../browser.mjs";
import { serve } from "../static-server.mjs";

const harness = fileURLToPath(new URL("../harness/", import.meta.url));

/** Calls `work(page)` with the harness page open; `mounts` are served beside it, `receive` gets what the page reports. With `isolated`, its workers may share memory. */
export async function withPage(mounts, receive, work, { isolated = false } = {}) {
  const server = await serve({ ...mounts, "/harness/": harness }, { isolated });
  try {
    const browser = await launch();
    try {
      const page = await open(browser, `${server.origin}/harness/`);
      await page.exposeFunction("report", receive);
      const crashed = new Promise((_, failed) => page.on("crash", () => failed(new Error("the browser's page crashed"))));
      return await Promise.race([work(page), crashed]);
    } finally {
      await browser.close();
    }
  } finally {
    await server.close();
  }
}
