import { openSite, ready, until, state } from "./support/site.mjs"; import {readFileSync} from "node:fs";
const nets=JSON.parse(readFileSync("architectures.json")).networks; 
const site=await openSite(); const page=await site.open("?backend=cpu&lang=ru",{viewport:{width:2560,height:1300}}); await ready(page);
for (const name of ["torchvision/resnet152","paper/unet_2015","paper/googlenet_2014"]) {
const net=nets.find(n=>n.name===name);
await page.evaluate(({spec,title})=>{globalThis.longTasks.length=0; const app=document.querySelector("receptive-app"); app.intend({type:"open_network",title,spec}); app.intend({type:"show_view",view:"diagram"});},{spec:net.spec,title:net.title??net.name});
await page.waitForTimeout(3000);
console.log(name, await page.evaluate(()=>globalThis.longTasks.map(t=>Math.round(t.duration))), JSON.stringify(await state(page,s=>[s.document.examination?.error, s.document.examination?.network?.training_refused, s.notices.map(n=>n.code), s.network?.title])));
await page.screenshot({path:`/tmp/d-${name.replace("/","_")}.png`});
if (name.includes("152")) { await page.evaluate(()=>globalThis.longTasks.length=0); await page.getByRole("button",{name:"Развернуть всё"}).click().catch(async()=>{await page.locator(".diagram-more, [aria-haspopup=menu]").first().click()}); await page.waitForTimeout(4000); console.log("unfold",await page.evaluate(()=>[document.querySelectorAll(".drawing .cell").length, ...globalThis.longTasks.map(t=>Math.round(t.duration))]));
 const field = await page.locator(".drawing").boundingBox(); await page.evaluate(()=>globalThis.longTasks.length=0);
 await page.mouse.move(field.x+field.width/2, field.y+field.height/2); await page.mouse.down(); for (let i=1;i<=20;i++) await page.mouse.move(field.x+field.width/2, field.y+field.height/2-10*i); await page.mouse.up(); for (let i=0;i<10;i++) await page.mouse.wheel(0,i<5?120:-120); await page.waitForTimeout(500);
 console.log("move",await page.evaluate(()=>globalThis.longTasks.map(t=>Math.round(t.duration)))); await page.screenshot({path:"/tmp/d-152-open.png"}); }
}
console.log(page.problems); await site.close();
