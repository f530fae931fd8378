import{a as r,h as t}from"./part-chunk-GTVBOXNM.js";var e=class extends t{render(){return r`<p>errors-panel</p>`}};customElements.define("errors-panel",e);
//# sourceMappingURL=part-errors-panel-define-MQVWBCRV.js.map
