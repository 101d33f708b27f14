//! Tests of the public face, by capability; the vectors come from the shared collection.

mod analysis;
mod costs;
mod crowds;
mod dynamo;
mod engine;
mod explain;
mod expressions;
mod loading;
mod partial;
mod patterns;
mod properties;
mod reference;
mod schema;
mod strict;
mod values;
mod vectors;
mod worlds;
