//! Shapes that go out, declared once: each member, its type, and where it comes from.

/// Declares a shape, mostly borrowed from the world it is taken from, and the function that takes
/// it: its members with their types and values. What several of them need stands behind `where`.
/// A member with a `?` behind its name is left out, and never null, where there is none.
macro_rules! row {
    ($(#[$about:meta])+ $vis:vis struct $Name:ident$(<$w:lifetime>)?
        $take:ident($($from:ident: $From:ty),* $(,)?) $(where { $($before:tt)* })? {
        $($(#[$doc:meta])* $field:ident $(? $($never:ident)?)?: $Type:ty = $value:expr,)*
    }) => {
        $(#[$about])+
        #[derive(Debug, serde::Serialize, utoipa::ToSchema)]
        $vis struct $Name$(<$w>)? {
            $(
                $(#[$doc])*
                $(
                    #[serde(skip_serializing_if = "Option::is_none")]
                    #[schema(nullable = false)]
                    $($never)?
                )?
                $field: $Type,
            )*
        }

        impl$(<$w>)? $Name$(<$w>)? {
            $vis fn $take($($from: $From),*) -> Self {
                $($($before)*)?
                Self { $($field: $value,)* }
            }
        }
    };
}
pub(crate) use row;
