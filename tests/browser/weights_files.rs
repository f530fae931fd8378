//! The same files as natively, where a pointer has 32 bits.

use wasm_bindgen_test::wasm_bindgen_test;

#[path = "../support/weights_files.rs"]
mod files;

#[wasm_bindgen_test]
async fn flawed_files_are_refused_and_change_nothing() {
    files::flawed_files_are_refused_and_change_nothing().await;
}

#[wasm_bindgen_test]
async fn sound_files_are_read_whatever_their_type_and_wrappers() {
    files::sound_files_are_read().await;
}

#[wasm_bindgen_test]
async fn files_of_which_nothing_fits_change_nothing() {
    files::files_of_which_nothing_fits_change_nothing().await;
}

#[wasm_bindgen_test]
async fn values_that_are_not_finite_are_named_and_give_no_class() {
    files::values_that_are_not_finite_are_named_and_give_no_class().await;
}

#[wasm_bindgen_test]
async fn a_refused_file_leaves_the_run_before() {
    files::a_refused_file_leaves_the_run_before().await;
}

#[wasm_bindgen_test]
fn products_that_32_bits_cut_off_are_refused() {
    files::products_that_32_bits_cut_off_are_refused();
}
