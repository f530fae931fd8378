import { openSite, ready, until } from "./support/site.mjs";
const site=await openSite(); const page=await site.open("?backend=cpu&lang=ru"); await ready(page); await page.click(".run"); await until(page, s=>s.run.metrics?.step>100);
await page.locator('[role="treeitem"]').nth(1).click(); await page.waitForTimeout(1500);
await page.screenshot({path:"/tmp/s1.png"});
await page.getByRole("tab",{name:"Схема"}).click().catch(()=>{}); await page.waitForTimeout(800);
await page.screenshot({path:"/tmp/s2.png"}); console.log(page.problems);
await site.close();
