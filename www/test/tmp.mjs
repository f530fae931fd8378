import { openSite, ready } from "./support/site.mjs"; import {readFileSync} from "node:fs"; import {gzipSync} from "node:zlib"; import {basename} from "node:path";
const site=await openSite(); const page=await site.open("?backend=cpu",{locale:"ru-RU"}); await ready(page);
let t=0; for (const f of site.sent.filter(f=>/\.(js|css)$/.test(f))) {const n=gzipSync(readFileSync(f),{level:9}).length; t+=n; console.log(n, basename(f), t);} await site.close();
