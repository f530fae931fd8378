// Four lanes of the eight in `low` and `high`, from lane `first` of `low` on; `first` is below four.
fn lanes_from(low: vec4<f32>, high: vec4<f32>, first: u32) -> vec4<f32> {
    switch first {
        case 1u: {
            return vec4<f32>(low.yzw, high.x);
        }
        case 2u: {
            return vec4<f32>(low.zw, high.xy);
        }
        case 3u: {
            return vec4<f32>(low.w, high.xyz);
        }
        default: {
            return low;
        }
    }
}
