/** Says that the selected layer's fields are wanted; the page shows the inspector. */
export const EDIT_LAYER = "receptive-edit-layer";
/** Says that they are done with: the focus goes back to the layer's row. */
export const LAYER_EDITED = "receptive-layer-edited";
