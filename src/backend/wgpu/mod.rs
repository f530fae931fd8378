//! stub
use super::*;
#[derive(Debug)]
pub struct Wgpu;
impl Wgpu {
    pub async fn open(_s: bool) -> Result<Self, DeviceError> {
        Err(DeviceError::NoWebgpu)
    }
    pub async fn self_check(&mut self) -> Result<(), DeviceError> {
        Ok(())
    }
    pub fn adapter_name(&self) -> &str {
        ""
    }
    pub fn is_software(&self) -> bool {
        true
    }
}
impl Backend for Wgpu {
    type Buffer = ();
    type Program = ();
    fn allocate(&mut self, _: &BufferSpec) -> Result<(), DeviceError> {
        Ok(())
    }
    fn share(&mut self, _: &SharedWords, _: usize, _: &str) -> Result<(), DeviceError> {
        Ok(())
    }
    fn refresh(&mut self, _: &(), _: &SharedWords, _: usize, _: usize) -> Result<(), DeviceError> {
        Ok(())
    }
    fn write(&mut self, _: &mut (), _: usize, _: &[f32]) -> Result<(), DeviceError> {
        Ok(())
    }
    fn write_words(&mut self, _: &mut (), _: usize, _: &[u32]) -> Result<(), DeviceError> {
        Ok(())
    }
    async fn read(&mut self, _: &[()], _: Range) -> Result<Vec<f32>, DeviceError> {
        Ok(vec![])
    }
    async fn read_words(&mut self, _: &[()], _: Range) -> Result<Vec<u32>, DeviceError> {
        Ok(vec![])
    }
    async fn prepare(&mut self, _: &Program, _: &[()]) -> Result<(), DeviceError> {
        Ok(())
    }
    fn run(&mut self, _: &(), _: &mut [()]) -> Result<(), DeviceError> {
        Ok(())
    }
    async fn finish(&mut self) -> Result<(), DeviceError> {
        Ok(())
    }
}
