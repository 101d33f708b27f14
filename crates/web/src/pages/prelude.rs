//! What every page needs: the page, its answer and the view types; in `forms`, what forms need.

pub(crate) use askama::Template;
pub(crate) use axum::{extract::State, response::Response};
pub(crate) use portcullis_model::{Action as Wish, MembershipKind, Target};

pub(crate) use super::{
    convert::{self, address, ask_href, short},
    frame::{Page, render},
    list::{Export, FEW, Few, List, Sort, cut},
};
pub(crate) use crate::{Web, error::Failure, ui};

/// What every form needs.
pub(crate) mod forms {
    pub(crate) use portcullis_model::{
        Action, Group, Id, MembershipKind, Noun, Refusal, Target, User,
        name::{Description, Name},
    };

    pub(crate) use crate::{
        error::Failure,
        http::Role,
        pages::{
            convert,
            flow::Step,
            form::{
                Banner,
                Control::{Checks, Hidden, Known, Line, Lines, Pills, Secret, Select},
                Form, FormPage, MORE_GROUPS, MOST_BOXES, Values, allowed, may_make,
            },
            frame::Page,
            input::Input,
            requirements::Requirements,
        },
        ui,
    };
}
