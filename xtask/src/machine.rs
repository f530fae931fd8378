//! What this machine is called, beside figures that were measured on it.

use std::fs;

/// The processor, as the system names it.
pub fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    name.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.trim().to_owned())
}

/// The processor with the number of cores that programs can use.
pub fn description() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{}, {cores} {}", processor(), if cores == 1 { "core" } else { "cores" })
}

/// Seconds that the programs which this one has started, and those that they have started, kept cores busy; those that have ended. Only Linux says it.
pub fn processor_seconds_of_children() -> Option<f64> {
    seconds_of_children(&fs::read_to_string("/proc/self/stat").ok()?)
}

/// Of a line of `/proc/PID/stat`: `cutime` and `cstime`, fields 16 and 17, in hundredths (man 5 proc). The name before them may have spaces.
fn seconds_of_children(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut hundredths = fields.split(' ').skip(13).take(2).map(str::parse::<f64>);
    Some((hundredths.next()?.ok()? + hundredths.next()?.ok()?) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_times_of_children() {
        let stat = "7 (a (name) b) S 1 7 7 0 -1 4194304 100 200 0 0 11 22 150 50 20 0 1 0 900 1000 200 18446744073709551615";
        assert_eq!(seconds_of_children(stat), Some(2.0));
        assert_eq!(seconds_of_children("7 (name) S 1"), None);
    }
}
