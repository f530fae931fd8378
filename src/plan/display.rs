//! A plan for people: one line a step.

use std::fmt;

use super::Plan;
use crate::ir::program::Program;

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "batch {}, {} buffers, {} bytes", self.batch, self.buffers.len(), self.bytes())?;
        for program in &self.programs {
            writeln!(f, "{}: {} steps", program.name, program.steps.len())?;
            self.write_steps(f, program)?;
        }
        Ok(())
    }
}

impl Plan {
    fn write_steps(&self, f: &mut fmt::Formatter<'_>, program: &Program) -> fmt::Result {
        for step in &program.steps {
            write!(f, "  {:<10} {:<40}", step.node, step.kernel.name)?;
            for (range, binding) in step.arguments.iter().zip(step.kernel.bindings) {
                let arrow = if binding.writes() { ">" } else { "<" };
                write!(f, " {arrow} {}", self.buffers[range.buffer.0].label)?;
                if range.offset > 0 {
                    write!(f, "+{}", range.offset)?;
                }
                write!(f, "[{}]", range.len)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
