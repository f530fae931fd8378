//! Every kernel's WGSL is parsed and validated, and its entry points are held against the kernel's declaration: which bindings there
//! are, what they hold, and whether they are written.

use std::collections::{BTreeMap, BTreeSet};

use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use naga::{AddressSpace, Module, Scalar, ScalarKind, StorageAccess, TypeInner};
use receptive::core::kernel::{Binding, Kernel};
use receptive::kernels::kernels;

struct Shader {
    module: Module,
    info: ModuleInfo,
}

fn shader(kernel: &Kernel) -> Shader {
    let source = kernel.wgsl.concat();
    let module = naga::front::wgsl::parse_str(&source).unwrap_or_else(|e| panic!("{}: {}", kernel.name, e.emit_to_string(&source)));
    let info = Validator::new(ValidationFlags::all(), Capabilities::empty())
        .validate(&module)
        .unwrap_or_else(|e| panic!("{}: {}", kernel.name, e.emit_to_string(&source)));
    Shader { module, info }
}

/// What a storage buffer holds: an array of floats or words, alone or four together.
fn element(module: &Module, of: &TypeInner) -> Option<ScalarKind> {
    let TypeInner::Array { base, .. } = of else { return None };
    match module.types[*base].inner {
        TypeInner::Scalar(Scalar { kind, width: 4 }) | TypeInner::Atomic(Scalar { kind, width: 4 }) => Some(kind),
        TypeInner::Vector { size: naga::VectorSize::Quad, scalar: Scalar { kind, width: 4 } } => Some(kind),
        _ => None,
    }
}

/// Checks one variable in group 0 against the declaration; the binding after the last argument is scratch memory.
fn check_argument(kernel: &Kernel, module: &Module, at: usize, variable: &naga::GlobalVariable) {
    let name = format!("{} binding {at}", kernel.name);
    let declared = kernel.bindings.get(at).copied().unwrap_or(Binding::ReadWrite);
    assert!(at <= kernel.bindings.len(), "{name} is not declared");
    let AddressSpace::Storage { access } = variable.space else { panic!("{name} is no storage buffer") };
    let expected = if declared.writes() { StorageAccess::LOAD | StorageAccess::STORE } else { StorageAccess::LOAD };
    assert_eq!(access, expected, "{name}");
    let kind = if declared.words() { ScalarKind::Uint } else { ScalarKind::Float };
    assert_eq!(element(module, &module.types[variable.ty].inner), Some(kind), "{name}");
}

#[test]
fn every_kernel_has_valid_shaders_that_match_its_declaration() {
    for kernel in kernels() {
        let Shader { module, info } = shader(kernel);
        assert!(!kernel.passes.is_empty(), "{} has no passes", kernel.name);
        let mut touched = BTreeSet::new();
        for pass in kernel.passes.iter().chain(kernel.chip_passes) {
            let place = module.entry_points.iter().position(|e| e.name == pass.entry);
            let place = place.unwrap_or_else(|| panic!("{} has no entry point {}", kernel.name, pass.entry));
            assert_eq!(module.entry_points[place].workgroup_size, [64, 1, 1], "{} {}", kernel.name, pass.entry);
            let mut seen = BTreeMap::new();
            for (handle, variable) in module.global_variables.iter() {
                let (used, Some(binding)) = (!info.get_entry_point(place)[handle].is_empty(), variable.binding.as_ref()) else { continue };
                if !used {
                    continue;
                }
                let twice = seen.insert((binding.group, binding.binding), handle);
                assert!(twice.is_none(), "{} {} has two variables at {binding:?}", kernel.name, pass.entry);
                match (binding.group, binding.binding) {
                    (0, at) => {
                        check_argument(kernel, &module, at as usize, variable);
                        touched.insert(at as usize);
                    }
                    (1, 0) => assert_eq!(variable.space, AddressSpace::Uniform, "{}", kernel.name),
                    other => panic!("{} binds {other:?}", kernel.name),
                }
            }
        }
        for (at, binding) in kernel.bindings.iter().enumerate() {
            assert!(touched.contains(&at), "{} never uses binding {at} ({binding:?})", kernel.name);
        }
    }
}

#[test]
fn every_entry_point_is_a_pass_of_some_kernel() {
    let mut unused: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for kernel in kernels() {
        let source = kernel.wgsl.concat();
        let entries = shader(kernel).module.entry_points.into_iter().map(|e| e.name);
        unused.entry(source).or_insert_with(|| entries.collect());
    }
    for kernel in kernels() {
        let left = unused.get_mut(&kernel.wgsl.concat()).expect("it was inserted above");
        for pass in kernel.passes.iter().chain(kernel.chip_passes) {
            left.remove(pass.entry);
        }
    }
    assert!(unused.values().all(BTreeSet::is_empty), "{:?}", unused.values().collect::<Vec<_>>());
}

#[test]
fn kernel_names_are_unique() {
    let names: BTreeSet<&str> = kernels().map(|kernel| kernel.name).collect();
    assert_eq!(names.len(), kernels().count());
}
