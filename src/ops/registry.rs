//! The one list of operators.

/// Hands the folders of all operators to the macro `$each`, which declares what there is for each of them: its module here, and its finite
/// differences in `tests/native/gradcheck`. **A new operator adds its line here.**
#[doc(hidden)]
#[macro_export]
macro_rules! operator_folders {
    ($each:ident) => {
        $each! {
            adaptive_avg_pool2d
            add
            avg_pool2d
            batch_norm2d
            channel_affine
            concat
            conv2d
            conv_transpose2d
            crop2d
            dice_loss
            dropout
            flatten
            global_avg_pool2d
            linear
            local_response_norm
            max_pool2d
            max_unpool2d
            mul_const
            pad2d
            pad_channels
            rbf
            relu
            softmax
            softmax_cross_entropy
            squash
            upsample
        }
    };
}
