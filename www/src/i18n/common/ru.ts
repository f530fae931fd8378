/** The texts of the features that share a part of the script. */
export { default } from "receptive:texts/ru";
