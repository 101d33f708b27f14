//! What becomes of something that may be missing.

/// What becomes of something that may be missing, where what is not spoken of stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Update<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// There is none afterwards.
    Clear,
    /// It becomes this.
    Set(T),
}

impl<T> Update<T> {
    /// What there is afterwards.
    #[must_use]
    pub fn of(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// The same about something else, such as the thing that a name names.
    ///
    /// # Errors
    /// Whatever `other` says.
    pub fn try_map<U, E>(self, other: impl FnOnce(T) -> Result<U, E>) -> Result<Update<U>, E> {
        Ok(match self {
            Self::Keep => Update::Keep,
            Self::Clear => Update::Clear,
            Self::Set(value) => Update::Set(other(value)?),
        })
    }
}

impl<T> From<Option<T>> for Update<T> {
    /// A field of a form, which is all there is to be: empty clears.
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Self::Set)
    }
}
