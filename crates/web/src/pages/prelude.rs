//! What every reading page needs: the page, its answer and the view types.

pub(crate) use askama::Template;
pub(crate) use axum::{extract::State, response::Response};
pub(crate) use portcullis_model::{Action as Wish, MembershipKind, Target};

pub(crate) use super::{
    as_of::AsOf,
    convert::{self, address, request_href, short},
    frame::{Page, render},
    list::{FEW, Few, List, Sort, cut},
};
pub(crate) use crate::{Web, error::Failure, ui};
