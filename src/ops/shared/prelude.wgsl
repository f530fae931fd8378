// The flat number of a workgroup: the backend lays workgroups out over x and y, since one dimension ends at 65,535.
fn flat_group(group: vec3<u32>, groups: vec3<u32>) -> u32 {
    return group.y * groups.x + group.x;
}
