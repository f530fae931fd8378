//! Files of weights as other programs write them, sound and flawed.

use pollster::block_on;

use crate::support::weights_files;

#[test]
fn flawed_files_are_refused_and_change_nothing() {
    block_on(weights_files::flawed_files_are_refused_and_change_nothing());
}

#[test]
fn sound_files_are_read_whatever_their_type_and_wrappers() {
    block_on(weights_files::sound_files_are_read());
}

#[test]
fn files_of_which_nothing_fits_change_nothing() {
    block_on(weights_files::files_of_which_nothing_fits_change_nothing());
}

#[test]
fn values_that_are_not_finite_are_named_and_give_no_class() {
    block_on(weights_files::values_that_are_not_finite_are_named_and_give_no_class());
}

#[test]
fn a_refused_file_leaves_the_run_before() {
    block_on(weights_files::a_refused_file_leaves_the_run_before());
}

#[test]
fn products_that_32_bits_cut_off_are_refused() {
    weights_files::products_that_32_bits_cut_off_are_refused();
}
