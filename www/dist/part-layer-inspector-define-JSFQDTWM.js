import{a as r,h as t}from"./part-chunk-GTVBOXNM.js";var e=class extends t{render(){return r`<p>layer-inspector</p>`}};customElements.define("layer-inspector",e);
//# sourceMappingURL=part-layer-inspector-define-JSFQDTWM.js.map
