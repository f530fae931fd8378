//! `receptive-bindgen INPUT.wasm FOLDER`: writes `receptive.js`, `receptive.d.ts` and `receptive_bg.wasm` into a folder, as `wasm-pack build --target web`
//! does. It is a program of its own because xtask has to compile in seconds, and because wasm-bindgen's command takes minutes to install.

use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, folder] = &arguments[..] else {
        eprintln!("usage: receptive-bindgen INPUT.wasm FOLDER");
        return ExitCode::FAILURE;
    };
    let mut bindgen = Bindgen::new();
    bindgen.input_path(input).out_name("receptive").typescript(true).omit_default_module_path(false);
    match bindgen.web(true).and_then(|bindgen| bindgen.generate(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
