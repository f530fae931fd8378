import{a as r,h as t}from"./part-chunk-GTVBOXNM.js";var e=class extends t{render(){return r`<p>network-diagram</p>`}};customElements.define("network-diagram",e);
//# sourceMappingURL=part-network-diagram-define-ONY6WSRL.js.map
