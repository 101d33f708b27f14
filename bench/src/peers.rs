//! The crates one could use instead, each behind the feature of its name.

#[cfg(feature = "casbin")]
mod casbin;
#[cfg(feature = "cedar")]
mod cedar;
#[cfg(feature = "gatehouse")]
mod gatehouse;
#[cfg(feature = "oso")]
mod oso;
#[cfg(feature = "regorus")]
mod regorus;

use crate::engine::Engine;

pub(crate) fn engines() -> Vec<Engine> {
    vec![
        #[cfg(feature = "cedar")]
        cedar::ENGINE,
        #[cfg(feature = "casbin")]
        casbin::ENGINE,
        #[cfg(feature = "regorus")]
        regorus::INTERPRETER,
        #[cfg(feature = "regorus")]
        regorus::MACHINE,
        #[cfg(feature = "gatehouse")]
        gatehouse::ENGINE,
        #[cfg(feature = "oso")]
        oso::ENGINE,
    ]
}
