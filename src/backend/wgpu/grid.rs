//! How many workgroups go along x and along y.

use crate::core::error::DeviceError;

/// Lays `workgroups` out so that neither dimension passes `limit`, in `least_rows` or more where there are that many. There may be a few more
/// than asked for; the shader's flat number tells them, and they do nothing.
pub(super) fn grid(kernel: &str, workgroups: u64, limit: u32, least_rows: u32) -> Result<[u32; 2], DeviceError> {
    let limit = u64::from(limit);
    if workgroups > limit * limit {
        return Err(DeviceError::TooManyWorkgroups { kernel: kernel.to_owned(), needed: workgroups, limit: limit * limit });
    }
    let rows = workgroups.div_ceil(limit).max(workgroups.min(least_rows.into())).max(1);
    let columns = workgroups.div_ceil(rows);
    Ok([columns as u32, rows as u32])
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn workgroups_fill_rows_evenly() {
        assert_eq!(grid("k", 1, 65_535, 1), Ok([1, 1]));
        assert_eq!(grid("k", 65_535, 65_535, 1), Ok([65_535, 1]));
        assert_eq!(grid("k", 65_536, 65_535, 1), Ok([32_768, 2]));
        assert_eq!(grid("k", 100_001, 65_535, 1), Ok([50_001, 2]));
        assert_eq!(grid("k", 9, 3, 1), Ok([3, 3]));
        assert_eq!(grid("k", 7, 65_535, 3), Ok([3, 3]));
        assert_eq!(grid("k", 2, 65_535, 3), Ok([1, 2]));
    }

    #[wasm_bindgen_test]
    fn too_many_are_refused_with_both_numbers() {
        let expected = DeviceError::TooManyWorkgroups { kernel: "k".into(), needed: 10, limit: 9 };
        assert_eq!(grid("k", 10, 3, 1), Err(expected));
    }
}
