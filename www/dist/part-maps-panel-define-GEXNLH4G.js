import{a as t,h as m}from"./part-chunk-GTVBOXNM.js";var e=class extends m{render(){return t`<p>maps-panel</p>`}};customElements.define("maps-panel",e);
//# sourceMappingURL=part-maps-panel-define-GEXNLH4G.js.map
