//! Receptive: convolutional networks that train in a browser tab.
